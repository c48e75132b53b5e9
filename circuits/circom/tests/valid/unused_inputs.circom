pragma circom 2.1.0;

template Main() {
    signal input used;
    signal input unused;
    signal input shown;
    signal output out;
    signal same;
    same <== used;
    out <== same * same;
}

component main {public [shown]} = Main();
