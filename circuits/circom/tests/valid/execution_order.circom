// inputs: below 100
pragma circom 2.0.0;

// A component runs when its last input is assigned, whichever that is.
template Divide() {
    signal input numerator;
    signal input denominator;
    signal output quotient;
    signal output rest;
    quotient <-- numerator \ (denominator + 1);
    rest <-- numerator % (denominator + 1);
    numerator === quotient * (denominator + 1) + rest;
}

template Order() {
    signal input x;
    signal input y;
    signal output out;
    component first = Divide();
    component second = Divide();
    component third = Divide();
    second.denominator <== y;
    first.numerator <== x * x;
    third.numerator <== x;
    first.denominator <== y;
    second.numerator <== first.quotient;
    third.denominator <== second.rest;
    out <== third.quotient + second.quotient;
}

component main = Order();
