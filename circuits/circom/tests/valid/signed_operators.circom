pragma circom 2.0.0;

// Every operator on known values around zero and p / 2.
template Known() {
    signal input in;
    signal output out[60];
    var half = 10944121435919637611123202872628637544274182200208017171849102093287904247808;
    var values[6] = [0, 1, -1, half, half + 1, 12345678901234567890123456789];
    var k = 0;
    for (var i = 0; i < 6; i++) {
        for (var j = 0; j < 6; j++) {
            var x = values[i];
            var y = values[j];
            var code = 0;
            code += (x < y) * 1 + (x > y) * 2 + (x <= y) * 4 + (x >= y) * 8 + (x == y) * 16 + (x != y) * 32;
            code += ((x && y) ? 64 : 0) + ((x || y) ? 128 : 0) + (!x ? 256 : 0);
            code += (x & y) + 3 * (x | y) + 5 * (x ^ y) + 7 * (~x);
            code += 11 * (x >> (j * 40)) + 13 * (x << (j * 40)) + 17 * (x >> (0 - j)) + 19 * (x << (0 - j * 9));
            code += y != 0 ? 23 * (x \ y) + 29 * (x % y) + 31 * (x / y) : 0;
            code += 37 * (x ** j);
            out[k] <== code * in;
            k++;
        }
    }
    while (k < 60) {
        out[k] <== in;
        k++;
    }
}

component main = Known();
