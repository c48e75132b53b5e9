// inputs: below 1000000
// Loops whose rounds only the witness tells.
pragma circom 2.0.0;
template Main() {
    signal input n;
    signal output length;
    signal output steps;
    var bits = 0;
    var x = n;
    while (x > 0) { bits++; x = x >> 1; }
    length <-- bits;
    var c = n + 1;
    var count = 0;
    while (c != 1 && count < 50) {
        if (c % 2 == 0) { c = c \ 2; } else { c = 3 * c + 1; }
        count++;
    }
    steps <-- count;
}
component main = Main();