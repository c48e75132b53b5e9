// Fields of buses get their values with `<--`.
pragma circom 2.2.0;
bus Division() { signal quotient; signal rest; }
template Main() {
    signal input a;
    signal input b;
    output Division() d;
    d.quotient <-- a / b;
    d.rest <-- 0;
    d.rest === 0;
    a === d.quotient * b + d.rest;
}
component main = Main();