// inputs: below 20
pragma circom 2.0.0;

template Asserts(n) {
    assert(n > 3 && n < 100);
    signal input x;
    signal input y;
    signal output out;
    assert(x < 15);
    assert(x + y != 7);
    out <== x * y;
}

component main = Asserts(5);
