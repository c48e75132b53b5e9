// inputs: below 1000
// Sorting with swaps under unknown conditions, elements of an array at unknown indices.
pragma circom 2.2.0;
function sort(a, n) {
    for (var i = 0; i < n; i++) {
        var least = i;
        for (var j = i + 1; j < n; j++) { if (a[j] < a[least]) { least = j; } }
        var t = a[i];
        a[i] = a[least];
        a[least] = t;
    }
    return a;
}
template Main(n) {
    signal input a[n];
    signal output o[n];
    o <-- sort(a, n);
}
component main = Main(5);
