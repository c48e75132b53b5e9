// Two custom templates, one of them twice, beside a plain one.
pragma circom 2.0.6;
pragma custom_templates;
template custom Split(n) {
    signal input in;
    signal output low;
    signal output high;
    low <-- in % n;
    high <-- in \ n;
}
template custom Join(n) { signal input low; signal input high; signal output out; out <-- low + n * high; }
template Main() {
    signal input a;
    signal output o;
    component s = Split(8);
    component j = Join(8);
    component k = Join(16);
    s.in <== a;
    j.low <== s.low;
    j.high <== s.high;
    k.low <== j.out;
    k.high <== 3;
    o <== k.out * k.out;
}
component main = Main();
