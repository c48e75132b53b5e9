// Numbers with leading zeros, hexadecimal in both cases, and beyond the prime in operations.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o[5];
    o[0] <== a * 007;
    o[1] <== a * 0xAbCdEf + 0x00;
    o[2] <== a * (21888242871839275222246405745257275088548364400416034343698204186575808495617 - 1);
    o[3] <== a + 21888242871839275222246405745257275088548364400416034343698204186575808495620 \ 2;
    o[4] <== a + (0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff % 1000);
}
component main = Main();
