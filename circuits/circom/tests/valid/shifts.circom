// Shifts by known and unknown amounts, to both sides.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input n;
    signal output o[6];
    o[0] <-- a << 3;
    o[1] <-- a >> 3;
    o[2] <-- a << n;
    o[3] <-- a >> n;
    o[4] <-- a >> -2;
    o[5] <-- (1 << 253) + (1 << 254) + (5 >> 1);
}
component main = Main();