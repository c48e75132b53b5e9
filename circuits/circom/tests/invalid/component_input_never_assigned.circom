// An input of a component gets no value, and no output is read.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T(); // error: [E0012]
    b <== a;
}
component main = Main();
