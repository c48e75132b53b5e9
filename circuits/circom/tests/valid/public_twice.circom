// An input stands twice in the public list.
pragma circom 2.2.0;
template Main() { signal input a; signal input c; signal output b; b <== a * c; }
component main {public [a, a]} = Main();
