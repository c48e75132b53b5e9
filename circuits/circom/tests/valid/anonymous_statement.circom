// An anonymous component without outputs is a statement.
pragma circom 2.2.0;
template Check(n) { signal input a; signal input b; a * b === n * a; }
template Main() {
    signal input a;
    signal output o;
    Check(3)(a, 3);
    for (var i = 0; i < 2; i++) { Check(i)(b <== i, a <== a); }
    o <== a;
}
component main = Main();
