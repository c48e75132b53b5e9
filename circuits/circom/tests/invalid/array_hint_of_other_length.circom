// An array is assigned to signals of another length.
pragma circom 2.2.0;
function f() { return [1, 2, 3]; }
template Main() {
    signal input a;
    signal output c[2];
    c <-- f(); // error: [E0007]
}
component main = Main();
