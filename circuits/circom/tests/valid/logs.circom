pragma circom 2.0.0;

template Logs() {
    signal input in;
    signal output out;
    log("in is", in, "and twice it", 2 * in);
    log();
    log(in * in);
    out <== in * in;
}

component main = Logs();
