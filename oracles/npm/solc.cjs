#!/usr/bin/env node
// The solc of npm with the command line that Foundry uses: `--version`, or `--standard-json` on standard input.
const path = require("path");
const root = process.env.TENSORPROOF_ORACLES || path.join(__dirname, "../../target/oracles");
const solc = require(path.join(root, "node_modules/solc"));
if (process.argv.includes("--version")) {
  console.log("solc, the solidity compiler commandline interface");
  console.log("Version: " + solc.version().replace(".Emscripten.clang", ".Linux.g++"));
} else {
  process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")));
}
