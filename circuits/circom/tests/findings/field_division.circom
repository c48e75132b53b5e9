// A quotient in the field, used as one of integers: in range for numbers of any size.
pragma circom 2.1.0;

template Bits(n) {
    signal input in;
    signal output out[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * 2 ** i;
    }
    sum === in;
}

template Main() {
    signal input in;
    signal input limited;
    signal output out[3];
    signal carry;
    carry <== in / 16; // finding: [W0014]
    component range = Bits(8);
    range.in <== carry;
    out[0] <== carry;
    // A numerator in range is one of the multiples of 16.
    component of_limited = Bits(32);
    of_limited.in <== limited;
    signal other <== limited / 16;
    component of_other = Bits(28);
    of_other.in <== other;
    out[1] <== other;
    // Over the field.
    out[2] <== (in * in + in) / 8;
}

component main = Main();
