// Prints what node computes: rows of an instance with its inputs and outputs.
const { createHash } = require("crypto");

const rows = [];
const row = (template, main, input, out) => {
    const text = (values) => values.map(String);
    rows.push({ template: `crypto/${template}.circom`, main, in: { in: text(input) }, out: { out: text(out) } });
};
const digest = (bytes) => [...createHash("sha256").update(Buffer.from(bytes)).digest()];
const bits = (bytes) => bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((k) => (byte >> k) & 1));
const halves = (bytes) => [0, 16].map((at) => BigInt(`0x${Buffer.from(bytes.slice(at, at + 16)).toString("hex")}`));
const bytes = (length, seed) => Array.from({ length }, (_, i) => (i * i * 31 + i * seed + seed) % 256);

// Padding that just fits into the last block, and that does not.
for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 128]) {
    const message = bytes(length, 7);
    row("sha256_bytes", `Sha256Bytes(${length})`, message, digest(message));
    row("sha256_bits", `Sha256Bits(${8 * length})`, bits(message), bits(digest(message)));
}

// A multihash of IPFS from its text, base 32 of RFC 4648.
const decode = (text) => {
    const digits = [...text.slice(1)].map((digit) => "abcdefghijklmnopqrstuvwxyz234567".indexOf(digit));
    const all = digits.flatMap((digit) => [4, 3, 2, 1, 0].map((k) => (digit >> k) & 1));
    return Array.from({ length: Math.floor(all.length / 8) }, (_, i) => parseInt(all.slice(8 * i, 8 * i + 8).join(""), 2));
};
const known = [
    [[], "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"],
    [[...Buffer.from("hello world")], "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"],
];
for (const [message, text] of known) {
    row("cid", `Cid(${message.length})`, message, halves(decode(text).slice(4)));
    row("cid_bytes", `CidBytes(${message.length})`, message, decode(text));
}
// A picture of 28 x 28 pixels with its header.
const picture = [...Buffer.from("P5\n28 28\n255\n"), ...bytes(784, 11)];
row("cid", "Cid(797)", picture, halves(digest(picture)));
console.log(JSON.stringify(rows));
