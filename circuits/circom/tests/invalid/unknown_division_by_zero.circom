// A known division by zero under an unknown condition.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 0;
    if (a == 1) { x = 1 \ 0; } // error: [E0014]
    b <-- x;
}
component main = Main();
