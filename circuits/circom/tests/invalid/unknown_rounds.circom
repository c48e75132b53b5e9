// differs: loops with a number of rounds that only the witness tells are not supported yet
pragma circom 2.1.0;
function length(x) {
    var n = 0;
    while (x > 0) { // error: [E0016]
        x = x >> 1;
        n++;
    }
    return n;
}
template Main() {
    signal input a;
    signal output b;
    b <-- length(a);
}
component main = Main();
