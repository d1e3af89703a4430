// The work of `steps` in a page's module, on Node: prints the microseconds of a step, by relaxed SIMD and without it. An epoch also
// measures the losses of its parts: what that takes a row is told by dev parts of two sizes, and taken off. Called by
// browser.py with a built site.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { runInThisContext } from "node:vm";

const [site, block, train, dev, batch] = process.argv.slice(2);
const brought = new Map();
globalThis.gradbookLive = { take: (name, what) => brought.set(name, what) };
for (const name of ["course", "relaxed", "plain", "table-digits"]) runInThisContext(readFileSync(join(site, `assets/live-${name}.js`), "utf8"));
const digits = Buffer.concat([Buffer.from("digits\n"), gunzipSync(Buffer.from(brought.get("table-digits"), "base64"))]);
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

const steps = Math.ceil(train / batch);
const FEW = 10;
const times = {};
for (const which of ["relaxed", "plain"]) {
  const bytes = new Uint8Array(gunzipSync(Buffer.from(brought.get(which), "base64")));
  if (!WebAssembly.validate(bytes)) continue;
  const { instance: { exports: engine } } = await WebAssembly.instantiate(bytes, { page: { advance() {} } });
  if (which === "relaxed" && !engine.fuses()) continue;
  const write = (bytes) => {
    const start = engine.reserve(bytes.length);
    new Uint8Array(engine.memory.buffer, start, bytes.length).set(bytes);
  };
  write(digits);
  engine.file();
  const time = (epochs, dev) => {
    write(encoder.encode(JSON.stringify({ slug: "a", yaml: block.replace("EPOCHS", epochs).replace("TRAIN", train).replace("DEV", dev) })));
    const place = engine.open();
    const opened = JSON.parse(decoder.decode(new Uint8Array(engine.memory.buffer, Number(place & 0xffffffffn), Number(place >> 32n))));
    if (opened.said.length) throw new Error(opened.said[0].text);
    const from = performance.now();
    engine.run(0, 0);
    return performance.now() - from;
  };
  time(3, dev);
  const [few, many] = [5, 45];
  const best = (epochs, dev) => Math.min(...[1, 2, 3, 4, 5].map(() => time(epochs, dev)));
  const epoch = (dev) => ((best(many, dev) - best(few, dev)) * 1000) / (many - few);
  const [short, long] = [epoch(FEW), epoch(Number(dev))];
  const row = (long - short) / (dev - FEW);
  times[which] = (short - row * (Number(train) + FEW)) / steps;
}
console.log(JSON.stringify(times));
