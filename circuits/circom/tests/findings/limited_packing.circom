// Digits in range, a sum with few and near weights, and no digits at all.
pragma circom 2.1.0;

template Byte() {
    signal input in;
    signal bits[8];
    var sum = 0;
    for (var i = 0; i < 8; i++) {
        bits[i] <-- (in >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * 2 ** i;
    }
    sum === in;
}

template Main() {
    signal input bytes[4];
    signal input x[3];
    signal output out[3];
    var sum = 0;
    for (var i = 0; i < 4; i++) {
        Byte()(bytes[i]);
        sum += bytes[i] * 256 ** i;
    }
    out[0] <== sum;
    out[1] <== x[0] + 2 * x[1] + 4 * x[2];
    out[2] <== 3 * x[0] + 256 * x[1] + 7;
    // Constants as large as the field are one value, not the first of many.
    signal large <== 2 ** 250 + 1;
    signal product <== large * bytes[0];
    product * large === bytes[1];
}

component main = Main();
