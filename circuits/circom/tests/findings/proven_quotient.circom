// Quotients whose divisor is not zero: by its inverse, by a test, by its range; and an inverse that decides nothing.
pragma circom 2.1.0;

template Slope() {
    signal input dx;
    signal input dy;
    signal output out;
    out <-- dy / dx;
    out * dx === dy;
}

template Zero() {
    signal input in;
    signal output out;
    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

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
    signal input x[4];
    signal output out[4];
    // By an inverse.
    signal inverse;
    inverse <-- 1 / x[0];
    inverse * x[0] === 1;
    out[0] <== Slope()(x[0], x[1]);
    // By a test, of a difference.
    component same = Zero();
    same.in <== x[1] - x[2];
    same.out === 0;
    component between = Slope();
    between.dx <== x[1] - x[2];
    between.dy <== x[0];
    out[1] <== between.out;
    // By a range.
    component bits = Bits(8);
    bits.in <== x[3];
    component above = Slope();
    above.dx <== x[3] + 1;
    above.dy <== x[1];
    out[2] <== above.out;
    out[3] <== 0;
}

component main = Main();
