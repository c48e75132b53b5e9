// inputs: below 3
// A signal is assigned at an index that only the witness tells, others of it stay zero.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o[3];
    o[a] <-- a + 5;
}
component main = Main();
