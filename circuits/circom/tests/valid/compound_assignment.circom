pragma circom 2.1.0;

template Main() {
    signal input a;
    signal output out;
    var x = 5;
    x += 3;
    x -= 1;
    x *= 6;
    x \= 4;
    x %= 7;
    x **= 2;
    x <<= 3;
    x >>= 1;
    x |= 64;
    x &= 127;
    x ^= 9;
    x++;
    x--;
    out <== a * x;
}

component main = Main();
