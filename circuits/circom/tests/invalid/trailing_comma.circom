// An inline array does not end with a comma.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    var t[2] = [1, 2,]; // error: [E0002]
    c <== a * t[0];
}
component main = Main();
