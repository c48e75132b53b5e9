// A keyword as the name of a signal.
pragma circom 2.2.0;
template Main() {
    signal input template; // error: [E0002]
    signal output b;
    b <== 1;
}
component main = Main();
