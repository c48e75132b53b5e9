// Tagged fields of buses are given to tagged inputs and to tagged signals.
pragma circom 2.2.0;
bus Bit() { signal {binary} b; }
template Not() { signal input {binary} in; signal output {binary} out; out <== 1 - in; }
template Main() {
    signal input x;
    output Bit() out;
    Bit() in;
    in.b <== x;
    signal {binary} t <== Not()(in.b);
    out.b <== Not()(t);
}
component main = Main();
