// inputs: below 2
pragma circom 2.0.0;

template IsZero() {
    signal input in;
    signal output out;
    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== -in * inverse + 1;
    in * out === 0;
}

component main = IsZero();
