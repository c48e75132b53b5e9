// A function declares a component.
pragma circom 2.2.0;
template T() { signal output o; o <== 1; }
function f(x) {
    component c = T(); // error: [E0008]
    return x;
}
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
