// Makes two modules of the one that the compiler made (first argument), in a folder (second argument): `relaxed.wasm.gz` for machines whose
// relaxed SIMD fuses, `plain.wasm.gz` for all others. They are one program, told which of both it is: what only the other would run falls
// away. With `--check`, compares them with what is there.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync, brotliCompressSync, constants } from "node:zlib";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { BinaryReader, BinaryReaderState, OperatorCodeNames } = require("wasmparser");
const { default: binaryen } = await import(pathToFileURL(require.resolve("binaryen")));

const [made, folder, mode] = process.argv.slice(2);

/** Returns a module that knows whether it is the one for relaxed SIMD, made small. */
function told(bytes, isRelaxed) {
  const { BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, RelaxedSIMD, SIMD128, SignExt } = binaryen.Features;
  const features = [BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, RelaxedSIMD, SIMD128, SignExt];
  const module = binaryen.readBinary(bytes);
  module.setFeatures(features.reduce((all, feature) => all | feature));
  const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)));
  const { name } = functions.find(({ module, base }) => module === "made" && base === "relaxed");
  module.removeFunction(name);
  module.addFunction(name, binaryen.none, binaryen.i32, [], module.i32.const(isRelaxed ? 1 : 0));
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.optimize();
  return module.emitBinary();
}

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

// `v128.bitselect`, written in three bytes: it takes and gives what the multiply-adds do, and is what a relaxed lane select
// is to a compiler, whose masks are whole.
const BITSELECT = [0xfd, 0xd2, 0x00];
const REPLACED = /^(f32x4|f64x2)\.relaxed_n?madd$|^i(8x16|16x8|32x4|64x2)\.relaxed_laneselect$/;

// Of two numbers of which none is NaN these give either where both are zeros: those that always give the same one are as good.
const MEANT = { "f32x4.relaxed_min": [0xea, 1], "f32x4.relaxed_max": [0xeb, 1], "f64x2.relaxed_min": [0xf6, 1], "f64x2.relaxed_max": [0xf7, 1] };

/**
 * Returns a module with each relaxed instruction replaced by one of the same length. Multiply-adds are left in it alone by what asks
 * whether the machine fuses, which is never asked of it.
 */
function withoutRelaxed(bytes) {
  const reader = new BinaryReader();
  reader.setData(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), 0, bytes.length);
  while (reader.read()) {
    if (reader.state !== BinaryReaderState.CODE_OPERATOR) continue;
    const name = OperatorCodeNames[reader.result.code] || "";
    if (!name.includes("relaxed")) continue;
    const place = reader.position - 3;
    if (bytes[place] !== 0xfd || bytes[place + 2] !== 2) throw new Error(`no relaxed instruction at ${place}`);
    if (REPLACED.test(name)) bytes.set(BITSELECT, place);
    else if (MEANT[name]) bytes.set(MEANT[name], place + 1);
    else throw new Error(`${name} has no fixed result`);
  }
  return bytes;
}

for (const which of ["relaxed", "plain"]) {
  const isRelaxed = which === "relaxed";
  const small = plain(told(readFileSync(made), isRelaxed));
  const bytes = isRelaxed ? small : withoutRelaxed(small);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(withoutRelaxed(Buffer.from(bytes))));
  const named = imports.map(({ module, name }) => `${module}.${name}`).join();
  if (named !== "page.advance") throw new Error(`the module imports ${named}`);
  const path = `${folder}/${which}.wasm.gz`;
  if (mode === "--check") {
    const same = gunzipSync(readFileSync(path)).equals(bytes);
    if (!same) throw new Error("the committed module is not what the sources make: run scripts/module");
  } else {
    writeFileSync(path, gzipSync(bytes, { level: 9 }));
  }
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  console.log(`${which}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} by gzip, ${brotli.length} by brotli`);
}
