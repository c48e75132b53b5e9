pragma circom 2.1.0;

function larger(x, y) {
    var result = y;
    if (x > y) {
        result = x;
    }
    return result;
}
template Main() {
    signal input a;
    signal input b;
    signal output out;
    signal output steps;
    out <-- larger(a, b);
    var count = 0;
    for (var i = 0; i < 4; i++) {
        if ((a >> i) & 1) {
            count += i;
        } else {
            count += 10;
        }
    }
    steps <-- count;
}

component main = Main();
