// inputs: below 5
// A variable that an unknown condition made unknown gets a known value again, and is a length then.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var n = 1;
    if (a > 2) { n = 5; }
    signal h <-- n;
    n = 3;
    signal s[n];
    for (var i = 0; i < n; i++) { s[i] <== a * (i + h); }
    o <== s[n - 1];
}
component main = Main();
