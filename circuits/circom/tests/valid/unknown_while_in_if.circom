// inputs: below 100000
// A loop under a condition that only the witness tells is not run where the condition does not hold.
pragma circom 2.0.0;
template Main() {
    signal input n;
    signal input d;
    signal output q;
    var quotient = 7;
    if (d > 100) {
        quotient = 0;
        var rest = n;
        while (rest >= d) { rest -= d; quotient++; }
    }
    q <-- quotient;
}
component main = Main();