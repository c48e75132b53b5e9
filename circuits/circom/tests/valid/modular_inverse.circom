// inputs: below 97
// The inverse modulo a small number by Euclid's algorithm, in a loop on signals.
pragma circom 2.2.0;
function inverse(a, p) {
    if (a % p == 0) { return 0; }
    var t = 0;
    var newt = 1;
    var r = p;
    var newr = a % p;
    while (newr != 0) {
        var q = r \ newr;
        var old = newt;
        newt = t - q * newt;
        t = old;
        old = newr;
        newr = r - q * newr;
        r = old;
    }
    if (t < 0) { t += p; }
    return t;
}
template Main() {
    signal input a;
    signal output b;
    b <-- inverse(a, 97);
}
component main = Main();
