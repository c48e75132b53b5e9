// A bus is assigned from left to right.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Main() {
    input Point() in;
    output Point() out;
    Point() t;
    in ==> t;
    t ==> out;
}
component main = Main();
