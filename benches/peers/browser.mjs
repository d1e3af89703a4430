// The work of `steps` in a page's module, on Node: prints the microseconds of a step, by relaxed SIMD and without it. What an epoch
// takes beside its steps (the losses of all parts) is in it. Called by browser.py with a built site.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { runInThisContext } from "node:vm";

const [site, block, rows, batch] = process.argv.slice(2);
const brought = new Map();
globalThis.gradbookLive = { take: (name, what) => brought.set(name, what) };
for (const name of ["course", "module"]) runInThisContext(readFileSync(join(site, `assets/live-${name}.js`), "utf8"));
const { base64, relaxed, instead, probe } = brought.get("module");
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

const steps = Math.ceil(Math.floor(rows * 0.6) / batch);
const times = {};
for (const isRelaxed of WebAssembly.validate(Buffer.from(probe, "base64")) ? [true, false] : [false]) {
  const bytes = new Uint8Array(gunzipSync(Buffer.from(base64, "base64")));
  if (!isRelaxed) for (const place of relaxed) bytes.set(instead, place);
  const { instance: { exports: engine } } = await WebAssembly.instantiate(bytes, { page: { advance() {} } });
  const time = (epochs) => {
    const asked = encoder.encode(JSON.stringify({ slug: "a", yaml: block.replace("EPOCHS", epochs) }));
    const start = engine.reserve(asked.length);
    new Uint8Array(engine.memory.buffer, start, asked.length).set(asked);
    const place = engine.open();
    const opened = JSON.parse(decoder.decode(new Uint8Array(engine.memory.buffer, Number(place & 0xffffffffn), Number(place >> 32n))));
    if (opened.said.length) throw new Error(opened.said[0].text);
    const from = performance.now();
    engine.run(0, 0);
    return performance.now() - from;
  };
  time(3);
  const [few, many] = [5, 25];
  const best = (epochs) => Math.min(...[1, 2, 3].map(() => time(epochs)));
  times[isRelaxed && engine.level() ? "relaxed" : "watched"] = ((best(many) - best(few)) * 1000) / ((many - few) * steps);
}
console.log(JSON.stringify(times));
