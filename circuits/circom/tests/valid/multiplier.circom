pragma circom 2.0.0;

template Multiplier(n) {
    signal input a;
    signal input b;
    signal output c;
    signal power[n];
    power[0] <== a * a + b;
    for (var i = 1; i < n; i++) {
        power[i] <== power[i - 1] * power[i - 1] + b;
    }
    c <== power[n - 1];
}

component main = Multiplier(8);
