pragma circom 2.1.0;

function check(x, y) {
    return [x + y, x - y, x * y, x \ y, x % y, x ** 3, x << 2, x >> 1, x & y, x | y, x ^ y, -x < y, x != y, !x, ~x & 255, 3 - 5 < 0];
}
template Main() {
    signal input a;
    signal output out[16];
    var values[16] = check(13, 5);
    for (var i = 0; i < 16; i++) {
        out[i] <== a * values[i];
    }
}

component main = Main();
