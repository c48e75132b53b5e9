pragma circom 2.1.0;

template Main() {
    signal input a;
    signal input b;
    signal output out;
    signal sum;
    sum <-- a + b;
    sum === a + b;
    2 * sum - 2 * a === 2 * b;
    out <== sum * sum;
}

component main = Main();
