// A signal gets its value in a loop that only the witness ends.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    for (var i = 0; i < a; i++) {
        if (i == 0) { b <-- 5; } // error: [E0011]
    }
}
component main = Main();
