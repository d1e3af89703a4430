// Packs the module that the compiler made (first argument) into a folder (second argument): `module.wasm.gz`, and `facts.json`,
// by which `live.js` makes it fit for browsers without relaxed SIMD. With `--check`, compares it with what is there.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync, brotliCompressSync, constants } from "node:zlib";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { BinaryReader, BinaryReaderState, OperatorCodeNames } = require("wasmparser");

const [made, folder, mode] = process.argv.slice(2);

/** Returns a module without its custom sections, in which crates describe themselves to tools that are not used here. */
function plain(bytes) {
  const kept = [bytes.subarray(0, 8)];
  for (let place = 8; place < bytes.length; ) {
    let [end, size, shift] = [place + 1, 0, 0];
    for (let more = true; more; shift += 7) {
      size += (bytes[end] & 127) * 2 ** shift;
      more = bytes[end++] > 127;
    }
    end += size;
    if (bytes[place] !== 0) kept.push(bytes.subarray(place, end));
    place = end;
  }
  return Buffer.concat(kept);
}
const bytes = plain(readFileSync(made));

// What asks a browser whether it knows relaxed SIMD: a function of one `f32x4.relaxed_madd`.
const PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11];
// `v128.bitselect`, written in three bytes: it takes and gives what the multiply-adds do, and is what a relaxed lane select
// is to a compiler, whose masks are whole.
const BITSELECT = [0xfd, 0xd2, 0x00];
const REPLACED = /^(f32x4|f64x2)\.relaxed_n?madd$|^i(8x16|16x8|32x4|64x2)\.relaxed_laneselect$/;

// Of two numbers of which none is NaN these give either where both are zeros: those that always give the same one are as good.
const MEANT = { "f32x4.relaxed_min": [0xea, 1], "f32x4.relaxed_max": [0xeb, 1], "f64x2.relaxed_min": [0xf6, 1], "f64x2.relaxed_max": [0xf7, 1] };

const relaxed = [];
const reader = new BinaryReader();
reader.setData(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), 0, bytes.length);
const imports = [];
while (reader.read()) {
  if (reader.state === BinaryReaderState.IMPORT_SECTION_ENTRY) {
    imports.push([reader.result.module, reader.result.field].map((name) => new TextDecoder().decode(name)).join("."));
  }
  if (reader.state === BinaryReaderState.CODE_OPERATOR) {
    const name = OperatorCodeNames[reader.result.code] || "";
    if (name.includes("relaxed")) {
      const place = reader.position - 3;
      if (bytes[place] !== 0xfd || bytes[place + 2] !== 2) throw new Error(`no relaxed instruction at ${place}`);
      if (REPLACED.test(name)) relaxed.push(place);
      else if (MEANT[name]) bytes.set(MEANT[name], place + 1);
      else throw new Error(`${name} has no fixed result`);
    }
  }
}
if (imports.join() !== "page.advance") throw new Error(`the module imports ${imports.join(", ")}`);

const facts = { relaxed, instead: BITSELECT, probe: Buffer.from(PROBE).toString("base64") };
if (mode === "--check") {
  const same = gunzipSync(readFileSync(`${folder}/module.wasm.gz`)).equals(bytes);
  if (!same) throw new Error("the committed module is not what the sources make: run scripts/module");
} else {
  writeFileSync(`${folder}/module.wasm.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${folder}/facts.json`, `${JSON.stringify(facts)}\n`);
}
const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
console.log(`${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} by gzip, ${brotli.length} by brotli; ${relaxed.length} relaxed instructions`);
