// inputs: below 100
pragma circom 2.0.0;

template Opaque() {
    signal input a;
    signal input b;
    signal output out[3];
    var cube = a * a * a;
    var mixed = cube % 17 + b;
    out[0] <-- cube;
    out[1] <-- mixed * mixed;
    var chain = a;
    for (var i = 0; i < 30; i++) {
        chain = (chain ^ (b + i)) * 3 % 1009;
    }
    out[2] <-- chain;
}

component main = Opaque();
