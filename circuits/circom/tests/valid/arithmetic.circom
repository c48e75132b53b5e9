pragma circom 2.1.0;

template Main() {
    signal input a;
    signal input b;
    signal output sum;
    signal output product;
    signal output mixed;
    sum <== a + 3 * b - 7;
    product <== (a + 1) * (b - 2) + a;
    mixed <== -a * b / 4 + 5;
}

component main = Main();
