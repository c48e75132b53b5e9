// differs: stock circom leaves the output free, and who proves may choose it
pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b; // error: [E0012]
}
component main = Main();
