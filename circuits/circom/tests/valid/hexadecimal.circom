pragma circom 2.1.0;

template Main() {
    signal input a;
    signal output out;
    out <== a * 0xff + 0x10000000000000000000000000000000000000000000000000000000000000000;
}

component main = Main();
