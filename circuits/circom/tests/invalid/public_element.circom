// The public list names an element.
pragma circom 2.2.0;
template Main() { signal input a[2]; signal output b; b <== a[0]; }
component main {public [a[0]]} = Main(); // error: [E0002]
