// An integer division in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    a \ 2 ==> b; // error: [E0010]
}
component main = Main();
