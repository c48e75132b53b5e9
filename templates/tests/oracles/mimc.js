// Prints what circomlibjs computes: rows of an instance with its inputs and outputs.
const { buildMimc7, buildMimcSponge } = require("circomlibjs");

const range = (length, from = 1) => Array.from({ length }, (_, i) => BigInt(from + i));

async function main() {
    const mimc7 = await buildMimc7();
    const sponge = await buildMimcSponge();
    const F = mimc7.F;
    const number = (value) => F.toObject(value);
    const hash = (value, key) => number(mimc7.hash(F.e(value), F.e(key)));
    const multiHash = (values, key) => number(mimc7.multiHash(values.map((value) => F.e(value)), F.e(key)));

    const rows = [];
    const row = (template, main, input, output) => {
        const texts = (record) => Object.fromEntries(Object.entries(record).map(([name, values]) => [name, [values].flat().map(String)]));
        rows.push({ template: `crypto/${template}.circom`, main, in: texts(input), out: texts(output) });
    };
    for (const [value, key] of [[0n, 0n], [1n, 2n], [-1n, -2n], [123456789n ** 5n, 7n]]) {
        row("mimc7", "Mimc7()", { in: value, key }, { out: hash(value, key) });
        const { xL, xR } = sponge.hash(F.e(value), F.e(key), F.e(3n));
        row("mimc_feistel", "MimcFeistel()", { left: value, right: key, key: 3n }, { outLeft: number(xL), outRight: number(xR) });
    }
    for (const size of [1, 2, 5]) {
        for (const [values, key] of [[range(size), 0n], [range(size, -3), 99n]]) {
            row("multi_mimc7", `MultiMimc7(${size})`, { in: values, key }, { out: multiHash(values, key) });
            for (const outputs of [1, 3]) {
                const out = [sponge.multiHash(values.map((value) => F.e(value)), F.e(key), outputs)].flat().map(number);
                row("mimc_sponge", `MimcSponge(${size}, ${outputs})`, { in: values, key }, { out });
            }
        }
    }
    for (const size of [1, 4]) {
        for (const plaintext of [range(size), range(size, -2)]) {
            const key = 123456789n ** 6n;
            const iv = multiHash(plaintext, 0n);
            const message = [iv, ...plaintext.map((value, i) => number(F.add(F.e(value), F.e(hash(key, iv + BigInt(i))))))];
            row("encrypt_bits", `EncryptBits(${size})`, { plaintext, shared_key: key }, { out: message });
            row("decrypt_bits", `DecryptBits(${size})`, { message, shared_key: key }, { out: plaintext });
        }
    }
    console.log(JSON.stringify(rows));
    process.exit(0);
}
main();
