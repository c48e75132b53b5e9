// Prints what Poseidon's duplex over circomlibjs' permutation computes: rows of an instance with its inputs and outputs.
const { buildBabyjub, buildPoseidon } = require("circomlibjs");

// The element of some form.
const FORM = 2n ** 247n + 3n;
const range = (length, from = 1) => Array.from({ length }, (_, i) => BigInt(from + i));

async function main() {
    const poseidon = await buildPoseidon();
    const curve = await buildBabyjub();
    const F = poseidon.F;
    const p = F.p;
    const field = (value) => ((value % p) + p) % p;
    const permutation = (state) =>
        poseidon(state.slice(1).map((value) => F.e(value)), F.e(state[0]), state.length).map((value) => F.toObject(value));
    const point = (scalar, base = curve.Base8) => curve.mulPointEscalar(base, scalar);
    const coordinates = (value) => value.map((coordinate) => F.toObject(coordinate));
    const encrypt = (t, [x, y], nonce, message) => {
        let state = [0n, x, y, nonce + BigInt(message.length) * 2n ** 128n, ...Array(t - 4).fill(0n)];
        const out = [];
        for (let at = 0; at < message.length; at += t - 1) {
            state = permutation(state);
            message.slice(at, at + t - 1).forEach((value, i) => out.push((state[i + 1] = field(state[i + 1] + value))));
        }
        return { out, tag: permutation(state)[1] };
    };
    const pack = (values, n, offset) => {
        const per = Math.floor(253 / n);
        const packed = Array(Math.ceil(values.length / per)).fill(0n);
        values.forEach((value, i) => (packed[Math.floor(i / per)] += (value + offset) << BigInt(n * (i % per))));
        return packed;
    };

    const rows = [];
    const row = (template, main, input, output) => {
        const texts = (record) => Object.fromEntries(Object.entries(record).map(([name, values]) => [name, [values].flat().map(String)]));
        rows.push({ template: `crypto/${template}.circom`, main, in: texts(input), out: texts(output) });
    };
    const key = coordinates(point(123456789n));
    for (const [t, size] of [[4, 1], [4, 3], [4, 5], [9, 20], [17, 1], [17, 16], [17, 17], [17, 40]]) {
        for (const [nonce, message] of [[0n, range(size)], [2n ** 128n - 1n, range(size, -3)]]) {
            const { out, tag } = encrypt(t, key, nonce, message);
            row("encrypt_poseidon", `EncryptPoseidon(${t}, ${size})`, { key, nonce, in: message }, { out, tag });
            row("decrypt_poseidon", `DecryptPoseidon(${t}, ${size})`, { key, nonce, in: out, tag }, { out: message });
        }
    }
    for (const [size, n, offset, from] of [[3, 100, 0n, 0], [3, 100, 0n, 77], [5, 4, 8n, -8], [5, 4, 8n, 3], [40, 16, 2n ** 15n, -20], [2, 253, 0n, 9]]) {
        const values = range(size, from);
        row("pack", `Pack(${size}, ${n}, ${offset})`, { in: values }, { out: pack(values, n, offset) });
    }
    const own = 987654321n ** 7n;
    const receiver = 1234567n ** 9n;
    for (const [size, n, offset, from] of [[4, 8, 128n, -128], [20, 16, 2n ** 15n, -9]]) {
        const values = range(size, from);
        const shared = coordinates(point(own, point(receiver)));
        const { out, tag } = encrypt(17, shared, 5n, [FORM, ...pack(values, n, offset)]);
        const input = { in: values, secret: own, publicKey: coordinates(point(receiver)), nonce: 5n };
        row("encrypt_for", `EncryptFor(${size}, ${n}, ${offset}, ${FORM})`, input, { out, tag, sender: coordinates(point(own)) });
    }
    console.log(JSON.stringify(rows));
    process.exit(0);
}
main();
