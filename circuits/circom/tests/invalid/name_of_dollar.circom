// A name of a dollar sign alone.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var $ = 2; // error: [E0002]
    b <== a * $;
}
component main = Main();
