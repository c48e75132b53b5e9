// Prints what circomlibjs computes: rows of an instance with its inputs and outputs.
const { buildPoseidon } = require("circomlibjs");

// The element of some form.
const FORM = 2n ** 247n + 3n;
const range = (length, from = 1) => Array.from({ length }, (_, i) => from + i);

async function main() {
    const poseidon = await buildPoseidon();
    const F = poseidon.F;
    const element = (value) => F.e(value);
    const text = (values) => [values].flat().map((value) => F.toString(F.e(value)));
    const permutation = (state) => poseidon(state.slice(1).map(element), element(state[0]), state.length).map((value) => F.toObject(value));
    const hash = (values) => F.toObject(poseidon(values.map(element)));
    const sponge = (values, domain) => {
        const rate = Math.min(values.length, 16);
        let state = [BigInt(values.length) + domain * 2n ** 64n, ...Array(rate).fill(0n)];
        for (let at = 0; at < values.length; at += rate) {
            values.slice(at, at + rate).forEach((value, i) => (state[i + 1] = F.toObject(F.add(F.e(state[i + 1]), F.e(value)))));
            state = permutation(state);
        }
        return state[1];
    };

    const rows = [];
    const row = (template, main, input, output) => rows.push({ template, main, in: { in: text(input) }, out: { out: text(output) } });
    for (let n = 1; n <= 16; n++) {
        row("crypto/poseidon.circom", `Poseidon(${n})`, range(n), hash(range(n)));
        row("crypto/poseidon.circom", `Poseidon(${n})`, range(n, -5), hash(range(n, -5)));
    }
    for (const t of [2, 3, 9, 17]) {
        row("crypto/poseidon_permutation.circom", `PoseidonPermutation(${t})`, range(t, 0), permutation(range(t, 0)));
        row("crypto/poseidon_permutation.circom", `PoseidonPermutation(${t})`, range(t, -9), permutation(range(t, -9)));
    }
    for (const [length, domain] of [[1, 0n], [2, 5n], [15, 1n], [16, 0n], [17, 0n], [40, 2n ** 128n - 1n]]) {
        const main = `PoseidonSponge(${length}, ${domain})`;
        row("crypto/poseidon_sponge.circom", main, range(length), sponge(range(length), domain));
        row("crypto/poseidon_sponge.circom", main, range(length, -3), sponge(range(length, -3), domain));
    }
    for (const [t, fixed, zeros] of [[3, 0, 0], [3, 1, 0], [6, 1, 0], [4, 0, 1], [17, 1, 13]]) {
        const state = range(t, 7).map((value, i) => (i < t - zeros ? value : 0));
        const add = range(t, -2);
        const out = permutation(state).map((value, i) => F.toObject(F.add(F.e(value), F.e(add[i]))));
        const main = `PoseidonRounds(${t}, ${fixed}, 7, ${zeros})`;
        const input = { in: text(state.slice(fixed, t - zeros)), add: text(add) };
        rows.push({ template: "crypto/poseidon_rounds.circom", main, in: input, out: { out: text(out) } });
    }
    for (const [index, depth] of [[0, 1], [1, 1], [5, 3], [2, 3]]) {
        const bits = range(depth, 0).map((level) => (index >> level) & 1);
        const sibling = range(depth, 50);
        const root = bits.reduce((node, bit, level) => hash(bit ? [sibling[level], node] : [node, sibling[level]]), 9n);
        const input = { leaf: text(9), index: text(bits), sibling: text(sibling) };
        rows.push({ template: "crypto/merkle_path.circom", main: `MerklePath(${depth})`, in: input, out: { root: text(root) } });
    }
    for (const [size, n, offset, from] of [[3, 100, 0, 0], [3, 100, 0, 77], [5, 4, 8, -8], [5, 4, 8, 3]]) {
        const per = Math.floor(253 / n);
        const values = range(size, from);
        const packed = Array(Math.ceil(size / per)).fill(0n);
        values.forEach((value, i) => (packed[Math.floor(i / per)] += BigInt(value + offset) << BigInt(n * (i % per))));
        const input = { in: text(values), salt: text(123456789) };
        const out = { out: text(sponge([FORM, ...packed, 123456789n], 3n)) };
        rows.push({ template: "crypto/commitment.circom", main: `Commitment(${size}, ${n}, ${offset}, 3, ${FORM})`, in: input, out });
    }
    for (const [n, challenge] of [[1, 7], [3, 10], [17, 2], [40, -5]]) {
        const values = range(n, -2);
        // The letters of "digest".
        const hash = sponge(values, 0x646967657374n);
        const r = F.e(challenge);
        const value = values.reduceRight((sum, x) => F.mul(F.add(sum, F.e(x)), r), F.zero);
        const out = { hash: text(hash), value: text(F.toObject(value)) };
        rows.push({ template: "crypto/public_digest.circom", main: `PublicDigest(${n}, ${n})`, in: { in: text(values), bound: text(values), challenge: text(challenge) }, out });
    }
    console.log(JSON.stringify(rows));
    process.exit(0);
}
main();
