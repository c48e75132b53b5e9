pragma circom 2.1.0;

// Polynomial with constant coefficients, by Horner's rule.
//
//   out = sum of coefficients[i] * in^i
//
// With s the scale of in and t a scale of the coefficients, coefficients[i] = round(t * c[i] * s^(degree - i)) gives out the
// scale t * s^degree. circomlib-ml's Zanh has c = 0.006769816, 0.554670504, -0.009411195, -0.014187547, and its Zigmoid
// c = 0.500781, 0.146704030, 0.001198, -0.001006.
//
// Parameters
//   degree                       at least 2
//   coefficients[degree + 1]     integers, from the constant on
// Inputs
//   in
// Outputs
//   out
// Requires
//   Nothing; the value is exact modulo p.
// Constraints
//   degree - 1 quadratic + 0 linear
// Source
//   Horner 1819.
template Polynomial(degree, coefficients) {
    assert(2 <= degree);
    signal input in;
    signal output out;

    // sum[i] is the value of the i + 1 highest coefficients, times in.
    signal sum[degree - 1];
    sum[0] <== 0;
    var upper = coefficients[degree] * in;
    for (var i = 1; i < degree - 1; i++) {
        sum[i] <== (upper + coefficients[degree - i]) * in;
        upper = sum[i];
    }
    out <== (upper + coefficients[1]) * in + coefficients[0];
}
