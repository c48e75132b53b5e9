// A quotient whose divisor nothing keeps from zero is open there, and so is all that is computed from it.
pragma circom 2.1.0;

template Slope() {
    signal input dx;
    signal input dy;
    signal output out;
    signal slope;
    slope <-- dy / dx;
    slope * dx === dy; // finding: [W0010]
    out <== slope * slope;
}

// Each indicator is free where the index is its own.
template Indicators(n) {
    signal input index;
    signal output out[n];
    signal output any;
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- index == i ? 1 : 0;
        out[i] * (index - i) === 0; // finding: [W0010]
        sum += out[i];
    }
    any <== sum;
    any * (any - 1) === 0;
}

template Main() {
    signal input x[3];
    signal output out[2];
    component slope = Slope();
    slope.dx <== x[0] - x[1];
    slope.dy <== x[2];
    out[0] <== slope.out;
    component indicators = Indicators(3);
    indicators.index <== x[0];
    out[1] <== indicators.out[0] + 2 * indicators.out[1] * indicators.any + indicators.out[2];
}

component main = Main();
