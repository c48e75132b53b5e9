// Comparisons are signed around half of the prime.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output o[6];
    var half = 10944121435919637611123202872628637544274182200208017171849102093287904247808;
    o[0] <-- a < half;
    o[1] <-- a > half + 1;
    o[2] <== half < half + 1;
    o[3] <== half + 1 < 0;
    o[4] <== -1 < 1;
    o[5] <-- a <= -a;
}
component main = Main();