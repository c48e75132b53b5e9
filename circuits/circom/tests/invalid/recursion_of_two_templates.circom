// Two templates contain one another.
pragma circom 2.2.0;
template S(n) { signal input a; component t = T(n); t.a <== a; } template T(n) { signal input a; component s = S(n); s.a <== a; } // error: [E0015]
template Main() { signal input a; component s = S(1); s.a <== a; }
component main = Main();
