pragma circom 2.0.0;

template Scaled() {
    signal input in;
    signal output out;
    signal half;
    signal minus;
    signal third;
    signal sum;
    half <-- in / 2;
    2 * half === in;
    minus <== -in;
    third <-- in / 3;
    3 * third - in === 0;
    sum <== half + minus + third;
    out <== sum * half;
}

component main = Scaled();
