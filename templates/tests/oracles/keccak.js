// Prints what the package js-sha3 computes: rows of an instance with its inputs and outputs.
const { keccak256 } = require("js-sha3");

const rows = [];
const row = (template, main, input, out) => {
    const text = (values) => values.map(String);
    rows.push({ template: `crypto/${template}.circom`, main, in: { in: text(input) }, out: { out: text(out) } });
};
const bits = (bytes) => bytes.flatMap((byte) => [0, 1, 2, 3, 4, 5, 6, 7].map((k) => (byte >> k) & 1));

// Nothing but padding, padding of one byte, of two, and of a block of its own.
for (const length of [0, 64, 134, 135, 136]) {
    const message = Array.from({ length }, (_, i) => (i * i * 31 + i * 7 + 7) % 256);
    const digest = keccak256.array(message);
    row("keccak256_bytes", `Keccak256Bytes(${length})`, message, digest);
    if (length === 135) {
        row("keccak256_bits", `Keccak256Bits(${8 * length})`, bits(message), bits(digest));
    }
}
console.log(JSON.stringify(rows));
