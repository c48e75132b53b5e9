// A template uses itself with smaller parameters until a known condition ends it.
pragma circom 2.2.0;
template Product(n) {
    signal input in[n];
    signal output out;
    if (n == 1) { out <== in[0]; }
    else {
        var half = n \ 2;
        component left = Product(half);
        component right = Product(n - half);
        for (var i = 0; i < n; i++) { if (i < half) { left.in[i] <== in[i]; } else { right.in[i - half] <== in[i]; } }
        out <== left.out * right.out;
    }
}
component main {public [in]} = Product(5);
