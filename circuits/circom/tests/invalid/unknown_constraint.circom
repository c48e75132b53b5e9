pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b <-- a;
    if (a == 1) {
        b === 1; // error: [E0013]
    }
}
component main = Main();
