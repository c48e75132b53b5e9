// Empty blocks, empty functions of no use, nested blocks and loops without rounds.
pragma circom 2.2.0;
function unused() { return 0; }
template Main() {
    signal input a;
    signal output o;
    { }
    { { } { var x = 1; x += 1; } }
    for (var i = 0; i < 0; i++) { }
    while (0) { }
    if (1) { } else { }
    o <== a;
}
component main = Main();
