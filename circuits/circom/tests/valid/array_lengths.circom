// Arrays of other lengths are copied as far as both go.
pragma circom 2.1.5;
function three() { var r[3] = [1, 2, 3]; return r; }
template Main() {
    signal input a;
    signal output o;
    var long[5] = three();
    var short[2] = three();
    var m[2][2] = [[1, 2], [3, 4]];
    var w[3][3] = m;
    o <== a * (long[1] + short[1] + long[4] + w[1][1] + w[2][2]);
}
component main = Main();