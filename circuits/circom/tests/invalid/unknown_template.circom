pragma circom 2.1.0;
template Main() {
    signal input a;
    component c = Missing(); // error: [E0006]
}
component main = Main();
