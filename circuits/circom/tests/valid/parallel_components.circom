pragma circom 2.0.0;

template parallel Square() {
    signal input in;
    signal output out;
    out <== in * in;
}

template Main() {
    signal input in;
    signal output out;
    component a = parallel Square();
    component b = Square();
    a.in <== in;
    b.in <== a.out;
    out <== b.out;
}

component main = Main();
