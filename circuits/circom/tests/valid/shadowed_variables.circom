pragma circom 2.0.0;

template Shadows() {
    signal input in;
    signal output out;
    var x = 1;
    {
        var x = 2;
        x += 5;
    }
    for (var i = 0; i < 2; i++) {
        var x = 10;
        x += i;
    }
    var y = x;
    x = 3;
    out <== in * (x + y);
}

component main = Shadows();
