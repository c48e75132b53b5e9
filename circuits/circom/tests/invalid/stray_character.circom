pragma circom 2.1.0;
template Main() {
    signal input a # b; // error: [E0002]
}
component main = Main();
