// inputs: below 1024
pragma circom 2.0.0;

template Bits(n) {
    signal input in;
    signal output out[n];
    var sum = 0;
    var weight = 1;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * weight;
        weight = weight + weight;
    }
    sum === in;
}

component main = Bits(10);
