// `&&` looks at both sides.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var t[2] = [1, 2];
    var i = 5;
    if (i < 2 && t[i] == 1) { // error: [E0009]
        o <== a;
    } else { o <== 2 * a; }
}
component main = Main();
