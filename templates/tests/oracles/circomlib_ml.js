// Runs circomlib-ml's own tests with somebody else's witnesses.
//
//   node circomlib_ml.js PACKAGE                  prints [{circuit, inputs}, ..], what each test would have a witness of
//   node circomlib_ml.js PACKAGE witnesses.json   prints [{circuit, error}, ..], what each test says of the outputs given
//
// Randomness is the same in both runs.

const fs = require("fs");
const path = require("path");
const crypto = require("crypto");
const Module = require("module");

const [root, witnesses] = process.argv.slice(2);
const tests = path.join(root, "test");
const load = Module.createRequire(path.join(tests, "index.js"));
const { F1Field, Scalar } = load("ffjavascript");
const field = new F1Field(
    Scalar.fromString("21888242871839275222246405745257275088548364400416034343698204186575808495617"),
);
const outputs = witnesses && JSON.parse(fs.readFileSync(witnesses, "utf8"));
const found = [];
class Recorded extends Error {}

function flat(value) {
    return Array.isArray(value) ? value.flatMap(flat) : [field.e(value).toString()];
}

// Stands for the circuit whose file a test names.
class Circuit {
    constructor(file) {
        this.name = path.basename(file, ".circom");
        this.constraints = [];
    }
    async loadConstraints() {}
    async calculateWitness(inputs) {
        const entries = Object.entries(inputs).map(([name, value]) => [name, flat(value)]);
        found.push({ circuit: this.name, inputs: Object.fromEntries(entries) });
        if (!outputs) {
            throw new Recorded();
        }
        const given = outputs[found.length - 1];
        if (given === null) {
            throw new Recorded();
        }
        return [1n, ...given.map((text) => field.e(text))];
    }
}

const { keccak_256 } = load("js-sha3");
const number = (value) => ({
    value: BigInt(value),
    mod: (other) => number(BigInt(value) % other.value),
    toString: () => BigInt(value).toString(),
});
const stubs = {
    chai: {
        assert: (holds) => {
            if (!holds) {
                throw new Error("an assertion does not hold");
            }
        },
    },
    circom_tester: { wasm: async (file) => new Circuit(file) },
    "web3-utils": {
        keccak256: (text) =>
            "0x" + keccak_256(text.startsWith("0x") ? Buffer.from(text.slice(2), "hex") : text),
        toBN: number,
        toHex: (number) => "0x" + number.value.toString(16),
        padLeft: (text, digits) => "0x" + text.slice(2).padStart(digits, "0"),
    },
    // Of a part that no test uses.
    "big-integer": {},
};
const original = Module._load;
Module._load = function (name, ...rest) {
    return stubs[name] ?? original.call(this, name, ...rest);
};
let counter = 0;
crypto.randomBytes = (size) => {
    const block = () => crypto.createHash("sha256").update(`circomlib-ml ${counter++}`).digest();
    const blocks = Array.from({ length: Math.ceil(size / 32) }, block);
    return Buffer.concat(blocks).subarray(0, size);
};

const cases = [];
global.describe = (_, body) => body.call({ timeout() {} });
global.it = (name, body) => cases.push(body);
console.log = () => {};

(async () => {
    const results = [];
    for (const file of fs.readdirSync(tests).filter((file) => file.endsWith(".js")).sort()) {
        cases.length = 0;
        load("./" + file);
        for (const body of cases) {
            const before = found.length;
            let error = null;
            try {
                await body();
            } catch (caught) {
                error = caught instanceof Recorded ? null : String(caught);
            }
            results.push({ file, circuit: found[before]?.circuit ?? "", error });
        }
    }
    process.stdout.write(JSON.stringify(outputs ? results : found));
})();
