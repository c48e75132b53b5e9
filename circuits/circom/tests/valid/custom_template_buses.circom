// Custom templates with buses and with arrays as parameters.
pragma circom 2.2.0;
pragma custom_templates;
bus P() { signal x; signal y[2]; }
template custom Copy(w, n) { input P() a; output P() b; b.x <-- a.x * w[0][1] + n; b.y <-- a.y; }
template Main() {
    input P() a;
    output P() b;
    b <== Copy([[1, 2], [3, 4]], 5)(a);
}
component main = Main();
