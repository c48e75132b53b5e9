// A custom template with arrays, intermediate signals and an anonymous use.
pragma custom_templates;
pragma circom 2.1.0;
template custom Sort() {
    signal input in[2];
    signal output out[2];
    signal swap <-- in[0] > in[1];
    out[0] <-- swap == 1 ? in[1] : in[0];
    out[1] <-- swap == 1 ? in[0] : in[1];
}
template Main() {
    signal input a[2];
    signal output o;
    signal s[2] <== Sort()(a);
    o <== s[0] * s[1];
}
component main = Main();
