// Strings, numbers, signals and expressions are printed.
pragma circom 2.0.0;
function noisy(x) { log("in a function", x); return x + 1; }
template Main() {
    signal input a;
    signal output o;
    log("a is", a, "and twice that", 2 * a);
    log();
    log("");
    log(5);
    o <== noisy(a);
    log(o, a == 3, a * a * a);
}
component main = Main();