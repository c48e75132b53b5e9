pragma circom 2.1.0;

template Main() {
    signal input a;
    signal output out;
    var x = 1;
    for (var i = 0; i < 3; i++) {
        var x = 10;
        x += i;
    }
    {
        x += 5;
    }
    out <== a * x;
}

component main = Main();
