// Runs the module of the first argument: prints what it says.
import { readFileSync } from "node:fs";

const print = (text, length) => console.log(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, text, length)));
const { instance: { exports } } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host: { print } });
exports.run();
