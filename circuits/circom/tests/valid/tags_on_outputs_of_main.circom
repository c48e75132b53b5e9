// Outputs of the main component have tags, with and without values.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {binary} o;
    signal output {maxbit} p[2];
    p.maxbit = 20;
    o <== a * a;
    p <== [a, p.maxbit];
}
component main = Main();
