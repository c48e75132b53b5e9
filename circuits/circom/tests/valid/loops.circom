pragma circom 2.1.0;

template Main() {
    signal input a[4];
    signal output out;
    signal partial[5];
    partial[0] <== 0;
    var i = 0;
    while (i < 4) {
        partial[i + 1] <== partial[i] + a[i] * a[i];
        i += 1;
    }
    out <== partial[4];
}

component main = Main();
