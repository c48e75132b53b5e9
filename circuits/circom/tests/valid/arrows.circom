pragma circom 2.0.0;

template Arrows() {
    signal input a;
    signal input b;
    signal output c;
    signal output d;
    signal mid;
    a * b ==> mid;
    mid + 1 --> d;
    d === mid + 1;
    mid * d ==> c;
}

component main = Arrows();
