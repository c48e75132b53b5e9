// All compound operators.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output o[3];
    var x = 100;
    x += 3; x -= 1; x *= 2; x \= 3; x %= 50; x <<= 2; x >>= 1; x &= 127; x |= 64; x ^= 5; x **= 2; x /= 4;
    o[0] <== a * x;
    var y = a;
    y += 3; y *= 2; y -= a; y /= 2;
    o[1] <== y;
    var z = a;
    z \= 3; z %= 50; z <<= 2; z >>= 1; z &= 127; z |= 64; z ^= 5;
    o[2] <-- z;
}
component main = Main();