// A variable to which an unknown loop gives the value that it has is unknown.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var i = 0;
    var k = 5;
    while (i < a) { i++; k = 5; }
    b <== a * k; // error: [E0010]
}
component main = Main();
