// Prints signatures of circomlibjs: rows of an instance with its inputs.
const { buildEddsa } = require("circomlibjs");

async function main() {
    const eddsa = await buildEddsa();
    const F = eddsa.F;
    const rows = [];
    for (let key = 1; key <= 4; key++) {
        const secret = Buffer.alloc(32, key);
        const publicKey = eddsa.prv2pub(secret);
        for (const message of [F.e(0n), F.e(-1n), F.e(1234567890n ** 7n)]) {
            const signature = eddsa.signPoseidon(secret, message);
            if (!eddsa.verifyPoseidon(message, signature, publicKey)) {
                throw new Error("circomlibjs does not accept its own signature");
            }
            const text = (values) => values.map((value) => F.toString(value));
            const input = { publicKey: text(publicKey), r: text(signature.R8), s: [String(signature.S)], in: text([message]) };
            rows.push({ template: "crypto/eddsa_poseidon.circom", main: "EddsaPoseidon()", in: input, out: {} });
        }
    }
    console.log(JSON.stringify(rows));
    process.exit(0);
}
main();
