// inputs: below 10
// Chains of unknown conditions within known ones and the other way round, without braces.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output o;
    var x = n;
    if (a == 0) x = 1;
    else if (a == 1) x = 2;
    else if (n == 3) if (a == 5) x = 50; else x = 60;
    else x = 70;
    if (n > 2) { if (a > 3) { x += 100; if (n > 10) { x += 1000; } else if (a > 7) { x += 10000; } } }
    o <-- x;
}
component main = Main(3);
