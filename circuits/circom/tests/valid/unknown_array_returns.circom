// A function returns arrays under conditions that only the witness tells.
pragma circom 2.0.0;
function sorted(a, b) {
    var result[2];
    if (a > b) {
        result[0] = b;
        result[1] = a;
        return result;
    }
    result[0] = a;
    result[1] = b;
    return result;
}
template Main() {
    signal input a;
    signal input b;
    signal output c[2];
    var s[2] = sorted(a, b);
    c[0] <-- s[0];
    c[1] <-- s[1];
}
component main = Main();