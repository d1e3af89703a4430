// Experiments are run again by their readers: pressed, compared, changed, stopped, shared by their address, from the folder and over http.
// GRADBOOK_ALL=1 computes every experiment of the site again, else a few of each kind are.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { open, server } from "./chromium.mjs";
import { file, pages, serve, site } from "./site.mjs";

/* Every experiment that can be run, with what all of it is estimated to take. */
const experiments = pages.flatMap((page) => {
  const html = readFileSync(join(site, page), "utf8");
  const found = html.matchAll(/<section class="experiment" id="experiment-([a-z0-9_]+)"[^>]* data-live="[^"]*" data-seconds="([^"]*)"/g);
  return [...found].map(([, id, seconds]) => ({ page, id, seconds: Number(seconds), kind: /<dt>[^<]*<\/dt><dd><code>([a-z_]+)<\/code>/.exec(html.slice(html.indexOf(`id="experiment-${id}"`)))?.[1] }));
});

// Tests a page, which reports no error but what its policy forbids.
const check = (name, act) => test(name, async () => {
  const page = await open("about:blank");
  await act(page);
  assert.deepEqual(page.faults.filter((fault) => !/content security policy/i.test(fault)), []);
  await page.close();
});

const status = (page, id) => page.$eval(`#experiment-${id} .status`, (element) => [element.dataset.kind, element.textContent]);
const settled = async (page, id, kinds = ["same", "other", "changed", "diverged"], timeout = 600_000) => {
  await page.waitForFunction((id, kinds) => {
    const kind = document.querySelector(`#experiment-${id} .status`)?.dataset.kind;
    const offer = document.querySelector(`#experiment-${id} .offers:not([hidden]) button:last-child`);
    // A long one is run all the same.
    if (offer) offer.click();
    return kinds.includes(kind);
  }, { timeout, polling: 50 }, id, kinds);
  return status(page, id);
};
const press = (page, id) => page.$eval(`#experiment-${id} button.run`, (button) => button.click());
const digest = (page, id) => page.$eval(`#experiment-${id}`, (section) => section.dataset.digest);

const quick = [...experiments].sort((a, b) => a.seconds - b.seconds);
const kinds = [...new Set(quick.map((experiment) => experiment.kind))];
const sample = process.env.GRADBOOK_ALL ? experiments : kinds.flatMap((kind) => quick.filter((experiment) => experiment.kind === kind).slice(0, 2));
assert(experiments.length > 0, "no experiment of the site can be run");

for (const { page: name, id, kind } of sample) {
  check(`file: ${name}#${id} (${kind}) has the page's bits`, async (page) => {
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(file(name));
    const before = requests.filter((address) => /live/.test(address));
    assert(before.length === 0, `loaded before the press: ${before}`);
    await press(page, id);
    const [outcome, text] = await settled(page, id);
    const written = JSON.parse(readFileSync(join(site, name.replace(/\.html$/, ""), `${id}.json`), "utf8"));
    assert(outcome === "same", text);
    assert(written.digest === (await digest(page, id)), "another digest than in the JSON");
  });
}

const http = (page, hash = "") => server.address(page) + hash;
const first = quick[0];

check("http: the page's bits", async (page) => {
  await page.goto(http(first.page));
  await press(page, first.id);
  assert((await settled(page, first.id))[0] === "same", "other bits");
});

check("a policy without WebAssembly is said", async (page) => {
  const strict = await serve("script-src 'self'; worker-src blob:");
  await page.goto(strict.address(first.page));
  await press(page, first.id);
  const [, text] = await settled(page, first.id);
  assert(/policy/i.test(text), text);
  strict.stop();
});

check("a policy without workers is said", async (page) => {
  const strict = await serve("script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'");
  await page.goto(strict.address(first.page));
  await press(page, first.id);
  const [, text] = await settled(page, first.id);
  assert(/policy/i.test(text), text);
  strict.stop();
});

const long = quick.at(-1);
check(`${long.page}#${long.id} is stopped`, async (page) => {
  await page.goto(http(long.page));
  await press(page, long.id);
  await page.waitForFunction((id) => {
    document.querySelector(`#experiment-${id} .offers:not([hidden]) button:last-child`)?.click();
    const stop = document.querySelector(`#experiment-${id} button.stop`);
    if (!stop || stop.hidden) return false;
    stop.click();
    return true;
  }, { timeout: 60_000 }, long.id);
  const [kind] = await status(page, long.id);
  assert(kind === "", "it goes on");
  assert(!(await page.$eval(`#experiment-${long.id} button.run`, (button) => button.disabled)), "it cannot run again");
});

const source = (experiment) => readFileSync(join(site, experiment.page.replace(/\.html$/, ""), `${experiment.id}.live.js`), "utf8");
const edited = quick.find((experiment) => source(experiment).includes('"controls":[]'));
check(`${edited.page}#${edited.id}: bad settings are refused with the program's message`, async (page) => {
  await page.goto(http(edited.page));
  await press(page, edited.id);
  await settled(page, edited.id);
  await page.$eval(`#experiment-${edited.id} textarea`, (area) => {
    area.value = area.value.replace(/^kind: .*/m, "kind: optimisers");
  });
  await page.$eval(`#experiment-${edited.id} .actions button`, (button) => button.click());
  await settled(page, edited.id, ["other"]);
  const said = await page.$eval(`#experiment-${edited.id} .faults`, (faults) => faults.textContent);
  assert(said.includes("unknown kind `optimisers`") && said.includes("did you mean `optimizers`?"), said);
});

const tried = quick.find((experiment) => /"controls":\[\{/.test(source(experiment)) && /"(linear|log|integer)"/.test(source(experiment)));
assert(tried, "nothing can be tried");
const control = JSON.parse(/"controls":(\[.*?\]),"seeds"/.exec(source(tried))[1]).find(({ range }) => !range.choice);
const [[low, high]] = Object.values(control.range);
const another = control.value === low ? high : low;
check(`${tried.page}#${tried.id}: an address fills the controls, and the press runs them`, async (page) => {
  await page.goto(http(tried.page, `#experiment-${tried.id}?${control.path}=${another}`));
  await page.waitForSelector(`#experiment-${tried.id} .field input[type=number]`);
  await new Promise((done) => setTimeout(done, 300));
  const [before, why] = await status(page, tried.id);
  assert((before ?? "") === "", `it ran before the press: ${why}`);
  await press(page, tried.id);
  const [kind] = await settled(page, tried.id, ["changed", "diverged"]);
  assert(page.url().includes(`?${control.path}=`), page.url());
  assert(kind !== "other", kind);
  const own = JSON.parse(readFileSync(join(site, tried.page.replace(/\.html$/, ""), `${tried.id}.json`), "utf8")).digest;
  assert((await digest(page, tried.id)) !== own, "nothing has changed");
  await page.$$eval(`#experiment-${tried.id} .actions button`, (buttons) => buttons.at(-1).click());
  assert((await digest(page, tried.id)) === own && !page.url().includes("?"), "the reset leaves something");
});
check(`${tried.page}#${tried.id}: an address beyond the range is refused`, async (page) => {
  await page.goto(http(tried.page, `#experiment-${tried.id}?${control.path}=-1e300&data.file=a.csv`));
  await page.waitForFunction((id) => document.querySelector(`#experiment-${id} .status`)?.dataset.kind === "other", {}, tried.id);
  const [, text] = await status(page, tried.id);
  assert(text.includes(control.path) && text.includes("data.file"), text);
});

/* What an experiment shows that is computed: elements, classes and texts of its charts, tables and verdicts. */
const shown = (page, id) => page.$eval(`#experiment-${id}`, (section) => {
  const told = (element) => [element.localName, element.className, element.title ?? "", element.children.length ? "" : element.textContent.replace(/\s+/g, " ").trim()].join("|");
  const parts = [...section.querySelectorAll(".results table, details.numbers table, ul.claims")].map((part) =>
    [...part.querySelectorAll("*")].filter((element) => !element.closest(".says")).map(told),
  );
  const drawn = [...section.querySelectorAll(".plot-wide svg, .plot-narrow svg")].map((svg) => svg.innerHTML.replace(/ style="[^"]*"/g, "").replace(/\s+/g, " "));
  return { parts, drawn };
});
const whole = (page, id) => page.waitForFunction((id) => !("drawing" in document.getElementById(`experiment-${id}`).dataset), {}, id);

const plane = quick.find(({ page, id, kind }) => kind === "train" && readFileSync(join(site, page), "utf8").includes(`id="figure-${id}-regions"`));
if (plane) check(`${plane.page}#${plane.id}: behind a reader's own data nothing of the page's stays`, async (page) => {
  const table = join(mkdtempSync(join(tmpdir(), "own-")), "own.csv");
  const rows = Array.from({ length: 400 }, (_, row) => `${row % 20},${Math.floor(row / 20)},${row % 20 > 9 ? "right" : "left"}`);
  writeFileSync(table, ["across,up,side", ...rows].join("\n"));
  await page.goto(http(plane.page));
  await press(page, plane.id);
  await settled(page, plane.id);
  await (await page.$(`#experiment-${plane.id} input[type=file]`)).uploadFile(table);
  const [, text] = await settled(page, plane.id, ["changed", "diverged", "other"]);
  await whole(page, plane.id);
  const { left, names } = await page.$eval(`#experiment-${plane.id}`, (section) => ({
    left: section.querySelectorAll(".plot .ghost").length,
    names: section.querySelector("[id$=-regions] svg")?.textContent,
  }));
  assert(left === 0 && /across/.test(names), `${left} parts of the page's charts stay: ${text}`);
});

const edits = kinds.map((kind) => quick.find((experiment) => experiment.kind === kind && source(experiment).includes('"controls":[]'))).filter(Boolean);
for (const { page: name, id, kind } of edits) {
  check(`${name}#${id} (${kind}): charts, tables and verdicts of the same settings are the page's`, async (page) => {
    await page.goto(http(name));
    const own = await shown(page, id);
    await press(page, id);
    await settled(page, id);
    await page.$eval(`#experiment-${id} textarea`, (area) => {
      area.value += "\n# the same\n";
    });
    await page.$eval(`#experiment-${id} .actions button`, (button) => button.click());
    await settled(page, id, ["changed", "diverged"]);
    await whole(page, id);
    const anew = await shown(page, id);
    assert.deepEqual(anew.parts, own.parts);
    assert.deepEqual(anew.drawn, own.drawn);
  });
}

const controls = (experiment) => JSON.parse(/"controls":(\[.*?\]),"seeds"/.exec(source(experiment))[1]);
const isRate = ({ path, range }) => path.endsWith("learning_rate") && (range.log || range.linear);
const rated = quick.find((experiment) => controls(experiment).some(isRate));
assert(rated, "no learning rate can be tried");
const index = controls(rated).findIndex(isRate);
const rate = controls(rated)[index];
check(`${rated.page}#${rated.id}: what is seen is drawn at once, and the rest after it`, async (page) => {
  await page.goto(http(rated.page));
  await press(page, rated.id);
  await settled(page, rated.id);
  const own = await shown(page, rated.id);
  await page.$eval(`#experiment-${rated.id}`, (section, { index, value }) => {
    section.scrollIntoView();
    const input = section.querySelectorAll(".field")[index].querySelector("input[type=number]");
    input.value = value;
    input.dispatchEvent(new Event("change"));
    section.querySelector(".actions button").click();
  }, { index, value: rate.range.log?.[0] ?? rate.range.linear[0] });
  await settled(page, rated.id, ["changed", "diverged"]);
  await whole(page, rated.id);
  const { parts, drawn } = await shown(page, rated.id);
  const isMoved = drawn.map((svg, index) => svg !== own.drawn[index]);
  assert(isMoved.some(Boolean), "no chart has changed");
  assert(isMoved.every((is, index) => is === isMoved[index ^ 1]), "a chart is old for phones or for wide columns");
  assert.notDeepEqual(parts, own.parts);
  await page.$$eval(`#experiment-${rated.id} .actions button`, (buttons) => buttons.at(-1).click());
  assert.deepEqual(await shown(page, rated.id), own, "the reset leaves something");
});
