// Buses and signals, inputs, outputs and others, in mixed order: labels follow the declarations.
pragma circom 2.2.0;
bus B() { signal z; signal a; }
template Main() {
    B() inner;
    signal middle;
    signal input first;
    output B() two;
    input B() one;
    signal output last;
    inner.a <== first * one.z;
    inner.z <== one.a;
    middle <== inner.a + 1;
    two <== inner;
    last <== middle * first;
}
component main {public [one]} = Main();
