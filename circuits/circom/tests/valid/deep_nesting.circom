pragma circom 2.0.0;

template Tree(depth) {
    signal input in;
    signal output out;
    if (depth == 0) {
        out <== in * in;
    } else {
        component left = Tree(depth - 1);
        component right = Tree(depth - 1);
        left.in <== in + depth;
        right.in <== left.out;
        out <== right.out;
    }
}

component main = Tree(5);
