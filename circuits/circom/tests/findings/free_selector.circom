// Selectors that are numbers, so that any mixture of both is selected.
pragma circom 2.1.0;

template Select() {
    signal input s;
    signal input a;
    signal input b;
    signal output out;
    out <== s * (a - b) + b;
}

template Swap() {
    signal input s;
    signal input a;
    signal input b;
    signal output left;
    signal output right;
    signal moved <== s * (b - a);
    left <== a + moved;
    right <== b - moved;
}

template Main() {
    signal input side[2];
    signal input flag;
    signal input x[2];
    signal output out[3];
    component select = Select();
    select.s <== side[0]; // finding: [W0012]
    select.a <== x[0];
    select.b <== x[1];
    out[0] <== select.out;
    component swap = Swap();
    swap.s <== 1 - side[1]; // finding: [W0012]
    swap.a <== x[0];
    swap.b <== x[1];
    out[1] <== swap.left * swap.right;
    out[2] <== (1 - flag) * (x[0] - x[1]) + x[1]; // finding: [W0012]
}

component main = Main();
