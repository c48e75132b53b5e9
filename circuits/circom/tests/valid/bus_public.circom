// Only one of two bus inputs is public.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Main() {
    input Point() secret;
    input Point() open;
    signal input n;
    signal output out;
    out <== secret.x * open.y + n;
}
component main {public [open]} = Main();