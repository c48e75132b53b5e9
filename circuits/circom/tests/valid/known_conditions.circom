pragma circom 2.1.0;

template Main(n) {
    signal input a;
    signal output out;
    if (n > 3 && n % 2 == 0) {
        out <== a * a;
    } else if (n == 1) {
        out <== a;
    } else {
        out <== 2 * a;
    }
}

component main = Main(4);
