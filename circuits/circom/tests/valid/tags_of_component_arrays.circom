// component arrays whose outputs have tags with values
pragma circom 2.2.0;
template Bits(n) {
    signal input in;
    signal output {maxbit} out;
    out.maxbit = 2 * n;
    out <== in * n;
}
template Main() {
    signal input a;
    signal output o;
    component c[2];
    c[0] = Bits(1);
    c[1] = Bits(2);
    c[0].in <== a;
    c[1].in <== a;
    o <== c[0].out * c[1].out.maxbit;
}
component main = Main();
