// fewer: stock circom stops where a constant factor makes a product an equality
pragma circom 2.1.0;

template Main() {
    signal input a;
    signal output out;
    signal one;
    signal copy[3];
    one <== 1;
    copy[0] <== a;
    copy[1] <== copy[0];
    copy[2] <== copy[1] * one;
    out <== copy[2] * copy[1] + one;
}

component main = Main();
