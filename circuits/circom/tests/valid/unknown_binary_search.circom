// inputs: below 20
// A search by halves: an unknown loop with unknown indices into a known table.
pragma circom 2.2.0;
function find(table, n, x) {
    var low = 0;
    var high = n;
    while (low < high) {
        var middle = (low + high) \ 2;
        if (table[middle] < x) { low = middle + 1; } else { high = middle; }
    }
    return low;
}
template Main() {
    signal input x;
    signal output at;
    var table[7] = [1, 2, 4, 7, 11, 12, 18];
    at <-- find(table, 7, x);
}
component main = Main();
