// Names with dollar signs and underscores.
pragma circom 2.0.0;
template $Main_1() { signal input _a; signal output $b$; signal a_1; a_1 <== _a * _a; $b$ <== a_1; }
component main = $Main_1();