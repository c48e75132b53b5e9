// `++` stands after its variable.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 1;
    ++x; // error: [E0002]
    b <== a * x;
}
component main = Main();
