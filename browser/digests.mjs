// Computes experiments of a built site (first argument) again on Node, as a page would, and compares the digests with the
// pages': with the module for relaxed SIMD where this machine fuses, and with the other one. `GRADBOOK_MODULE` names
// a folder with other modules than the site's (`src/site/module`), `VERBOSE=1` tells how long each took.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { runInThisContext } from "node:vm";

const site = process.argv[2] || "output";
// In seconds, as estimated: what takes longer is left to those who have the time.
const longest = Number(process.argv[3] || 2);

const brought = new Map();
globalThis.gradbookLive = { take: (name, what) => brought.set(name, what) };
const bring = (path) => runInThisContext(readFileSync(path, "utf8"));
bring(join(site, "assets/live-course.js"));
readdirSync(join(site, "assets")).filter((name) => name.startsWith("live-table-")).forEach((name) => bring(join(site, "assets", name)));
const folder = process.env.GRADBOOK_MODULE;
if (!folder) for (const which of ["relaxed", "plain"]) bring(join(site, `assets/live-${which}.js`));
const unpacked = (which) => {
  const packed = folder ? readFileSync(join(folder, `${which}.wasm.gz`)) : Buffer.from(brought.get(which), "base64");
  return new Uint8Array(gunzipSync(packed));
};
const course = brought.get("course");

const files = readdirSync(site, { recursive: true }).filter((name) => name.endsWith(".live.js"));
files.forEach((file) => bring(join(site, file)));
const pages = [...brought].filter(([name]) => name.endsWith(".live.js")).map(([, page]) => page);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const start = async (which) => {
  const { instance } = await WebAssembly.instantiate(unpacked(which), { page: { advance() {} } });
  const engine = instance.exports;
  const write = (bytes) => {
    // The memory is another one where room had to be made.
    const start = engine.reserve(bytes.length);
    new Uint8Array(engine.memory.buffer, start, bytes.length).set(bytes);
  };
  const read = (place) => new Uint8Array(engine.memory.buffer, Number(place & 0xffffffffn), Number(place >> 32n));
  const json = (place) => JSON.parse(decoder.decode(read(place)));
  write(encoder.encode(JSON.stringify(course)));
  json(engine.course());
  return { engine, write, read, json };
};

const known = WebAssembly.validate(unpacked("relaxed"));
// Node.js before 22 knows relaxed SIMD by a flag alone.
const FLAG = "--experimental-wasm-relaxed-simd";
if (!known && !process.execArgv.includes(FLAG)) {
  const again = spawnSync(process.execPath, [FLAG, ...process.argv.slice(1)], { stdio: "inherit" });
  // 9 is Node's answer to a flag that it does not have.
  if (again.status !== 9) process.exit(again.status);
}
let failures = 0;
for (const which of known ? ["relaxed", "plain"] : ["plain"]) {
  let [done, left, began] = [0, 0, performance.now()];
  const { engine, write, read, json } = await start(which);
  if (which === "relaxed" && !engine.fuses()) {
    console.log("this machine does not fuse");
    continue;
  }
  for (const page of pages.sort((a, b) => a.seconds - b.seconds)) {
    if (page.seconds > longest) {
      left += 1;
      continue;
    }
    for (const [name, content] of Object.entries(page.files)) {
      const packed = Buffer.from(content, "base64");
      const bytes = packed[0] === 0x1f && packed[1] === 0x8b ? gunzipSync(packed) : packed;
      write(Buffer.concat([Buffer.from(`${name}\n`), bytes]));
      engine.file();
    }
    const { slug, yaml, defaults, before } = page;
    const asked = encoder.encode(JSON.stringify({ slug, yaml, defaults, before }));
    write(asked);
    let opened = json(engine.open());
    for (const name of opened.wants) {
      write(Buffer.concat([Buffer.from(`${name}\n`), gunzipSync(Buffer.from(brought.get(`table-${name}`), "base64"))]));
      engine.file();
    }
    if (opened.wants.length) {
      write(asked);
      opened = json(engine.open());
    }
    const id = /^id: *(\S+)/m.exec(yaml)?.[1];
    if (opened.said.length) {
      failures += 1;
      console.log(`FAIL ${slug}#${id}: ${opened.said[0].text}`);
      continue;
    }
    const from = performance.now();
    const answers = opened.runs.map(({ variant, seed }) => read(engine.run(variant, seed)).slice());
    const took = (performance.now() - from) / 1000;
    const refused = answers.find(([first]) => first !== 1);
    if (refused) {
      failures += 1;
      console.log(`FAIL ${slug}#${id}: ${decoder.decode(refused.subarray(1))}`);
      continue;
    }
    for (const record of answers) {
      write(record.subarray(1));
      if (!engine.take()) throw new Error(`${slug}#${id}: a record that is none`);
    }
    const shown = json(engine.show());
    if (shown.digest !== page.digest || shown.said.length) {
      failures += 1;
      console.log(`FAIL ${slug}#${id}: ${shown.digest}, and the page has ${page.digest} ${shown.said[0]?.text ?? ""}`);
    }
    if (process.env.VERBOSE) console.log(`${slug}#${id}: ${took.toFixed(3)} s, estimated ${page.seconds.toFixed(3)} s`);
    done += 1;
  }
  const how = which === "relaxed" ? "by" : "without";
  console.log(`${done} experiments computed again ${how} relaxed SIMD in ${((performance.now() - began) / 1000).toFixed(1)} s, ${left} longer ones left out`);
}
console.log(failures ? `${failures} have other digests than their pages` : "all digests are those of the pages");
process.exit(failures ? 1 : 0);
