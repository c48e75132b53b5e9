// inputs: below 40
pragma circom 2.0.0;

function collatz(x) {
    var steps = 0;
    if (x > 0) {
        while (x != 1) {
            if (x % 2 == 0) {
                x = x \ 2;
            } else {
                x = 3 * x + 1;
            }
            steps++;
        }
    } else {
        steps = -1;
    }
    return steps;
}

template Loops(n) {
    signal input in[n];
    signal output out[n + 3];
    var longest = 0;
    var at = 0;
    var counts[8];
    for (var i = 0; i < n; i++) {
        out[i] <-- collatz(in[i]);
        if (collatz(in[i]) > longest) {
            longest = collatz(in[i]);
            at = i;
        }
        counts[in[i] & 7] += 1;
    }
    out[n] <-- at;
    out[n + 1] <-- in[at];
    var mode = 0;
    for (var i = 1; i < 8; i++) {
        if (counts[i] > counts[mode]) {
            mode = i;
        }
    }
    out[n + 2] <-- mode * 100 + counts[mode];
}

component main = Loops(5);
