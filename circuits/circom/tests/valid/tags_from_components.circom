// Outputs of components carry tags with values that their parameters decide.
pragma circom 2.2.0;
template Bits(n) {
    signal input in;
    signal output {maxbit, even} out;
    out.maxbit = 2 * n;
    out.even = n % 2 == 0;
    out <== in * n;
}
template Main() {
    signal input a;
    signal output o;
    component c = Bits(3);
    component d = Bits(4);
    c.in <== a;
    d.in <== a;
    var s = c.out * c.out.maxbit + c.out.even;
    s += d.out * d.out.maxbit + d.out.even;
    o <== s * s;
}
component main = Main();
