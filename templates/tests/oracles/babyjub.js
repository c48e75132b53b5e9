// Prints what circomlibjs computes: rows of an instance with its inputs and outputs.
const { buildBabyjub } = require("circomlibjs");

async function main() {
    const curve = await buildBabyjub();
    const F = curve.F;
    const text = (values) => [values].flat().map((value) => (typeof value === "object" ? F.toString(value) : String(value)));
    const rows = [];
    const row = (template, main, input, output) => {
        const texts = (record) => Object.fromEntries(Object.entries(record).map(([name, values]) => [name, text(values)]));
        rows.push({ template: `crypto/${template}.circom`, main, in: texts(input), out: texts(output) });
    };
    const times = (scalar, point = curve.Base8) => curve.mulPointEscalar(point, BigInt(scalar));
    const identity = [F.e(0n), F.e(1n)];
    const low = [F.e(0n), F.neg(F.e(1n))];

    for (const [left, right] of [[times(1), times(2)], [times(5), times(5)], [times(7), identity], [curve.Generator, low]]) {
        row("baby_sum", "BabySum()", { left, right }, { out: curve.addPoint(left, right) });
    }
    for (const point of [times(3), identity, low, curve.Generator]) {
        row("baby_double", "BabyDouble()", { in: point }, { out: curve.addPoint(point, point) });
        row("baby_on_curve", "BabyOnCurve()", { in: point }, {});
    }
    for (const point of [times(3), identity, times(123456789)]) {
        row("baby_in_subgroup", "BabyInSubgroup()", { in: point }, {});
    }
    const l = curve.subOrder;
    const power = 2n ** 250n;
    for (const scalar of [1n, 2n, 3n, l - 5n, l - 6n, power - 1n, power, l - power, (l - 1n) / 2n, 0x123456789abcdefn ** 4n]) {
        const point = times(11);
        row("baby_multiple", "BabyMultiple(2736030358979909402780800718157159386076813972158567259200215660948447373036)", { scalar, in: point }, { out: times(scalar, point) });
        row("baby_ecdh", "BabyEcdh()", { secret: scalar, publicKey: point }, { out: times(scalar, point) });
        row("baby_public_key", "BabyPublicKey()", { secret: scalar }, { out: times(scalar) });
    }
    for (const secret of [0n, l - 1n]) {
        row("baby_public_key", "BabyPublicKey()", { secret }, { out: times(secret) });
    }
    console.log(JSON.stringify(rows));
    process.exit(0);
}
main();
