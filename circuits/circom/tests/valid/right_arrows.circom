pragma circom 2.1.0;

template Main() {
    signal input a;
    signal output out;
    signal half;
    a * a ==> out;
    a \ 2 --> half;
}

component main = Main();
