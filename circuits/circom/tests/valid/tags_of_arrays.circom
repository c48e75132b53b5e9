// A tag belongs to a whole array and to each of its elements.
pragma circom 2.1.0;
template Need(n) { signal input {binary} in[n]; signal output out; var sum = 0; for (var i = 0; i < n; i++) { sum += in[i]; } out <== sum; }
template Main() {
    signal input a[2];
    signal output b;
    signal {binary} bits[2];
    bits <== a;
    component first = Need(2);
    first.in <== bits;
    component second = Need(2);
    second.in[0] <== bits[1];
    second.in[1] <== bits[0];
    b <== first.out * second.out;
}
component main = Main();