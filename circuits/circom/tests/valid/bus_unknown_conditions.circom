// Fields of buses get their values in hints of unknown conditions.
pragma circom 2.2.0;
bus Sorted() { signal low; signal high; }
template Main() {
    signal input a;
    signal input b;
    output Sorted() s;
    if (a < b) { s.low <-- a; s.high <-- b; } else { s.low <-- b; s.high <-- a; }
    (s.low - a) * (s.low - b) === 0;
    s.low + s.high === a + b;
}
component main = Main();
