// Runs the module of the first argument, with the vectors of a level (0 or 1) where one is named: prints what it says.
import { readFileSync } from "node:fs";

const [module, level] = process.argv.slice(2);
const print = (text, length) => console.log(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, text, length)));
const { instance: { exports } } = await WebAssembly.instantiate(readFileSync(module), { host: { print } });
if (level !== undefined && exports.level(Number(level)) !== Number(level)) console.log(`this machine has no level ${level}`);
if (level === undefined) exports.run();
else exports[process.argv[4] || "run"]();
