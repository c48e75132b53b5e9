// Components of one template with different tag values are different instances.
pragma circom 2.1.0;
template Shift() { signal input {bits} in; signal output out; out <== in * (2 ** in.bits); }
template Main() {
    signal input a;
    signal output b[3];
    signal {bits} t[3][1];
    signal {bits} u;
    signal {bits} v;
    u.bits = 4;
    v.bits = 8;
    u <== a;
    v <== a;
    component first = Shift();
    component second = Shift();
    component third = Shift();
    first.in <== u;
    second.in <== v;
    third.in <== u;
    b[0] <== first.out;
    b[1] <== second.out;
    b[2] <== third.out;
    t[0][0] <== a;
    t[1][0] <== a;
    t[2][0] <== a;
}
component main = Main();