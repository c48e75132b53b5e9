// differs: a function of signals that returns a number that is known gives a known number
// A function of a signal is unknown even where it returns a number.
pragma circom 2.2.0;
function f(x) { return 3; }
template Main() {
    signal input a;
    signal output b;
    b <== a;
    if (f(a) == 3) { b === a; }
}
component main = Main();
