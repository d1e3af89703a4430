// A morning's writing beside `gradbook serve`: saved as editors save, with mistakes in every kind of file, and looked at in a browser.
// GRADBOOK_PROGRAM is the program, target/debug/gradbook by default.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { open } from "./chromium.mjs";

const program = resolve(process.env.GRADBOOK_PROGRAM ?? "target/debug/gradbook");
const folder = mkdtempSync(join(tmpdir(), "gradbook-serve-"));
const environment = { ...process.env, GRADBOOK_CACHE_KEY: "a key of these tests", HOME: folder };
const course = join(folder, "course");
const at = (name) => join(course, "lessons", name);
const read = (name) => readFileSync(at(name), "utf8");
const write = (name, text) => writeFileSync(at(name), text);

/** Starts `gradbook serve`; ends once it has said its address. */
async function serve(...options) {
  const child = spawn(program, ["serve", "--port", "0", ...options], { cwd: course, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  const server = { child, said: "", ended: new Promise((done) => child.on("exit", done)) };
  await new Promise((done, fail) => {
    child.on("exit", () => fail(new Error(server.said)));
    child.stderr.on("data", (bytes) => {
      server.said += bytes;
      server.address = /http:\/\/127\.0\.0\.1:\d+\//.exec(server.said)?.[0];
      if (server.address) done();
    });
  });
  return server;
}

let server;
let page;
after(() => {
  server.child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const FIRST = "01-when-to-stop.md";
const SECOND = "02-an-honest-figure.md";
/** Asks the page, and the one that follows where it is being left. */
async function ask(question, argument) {
  for (;;) {
    try {
      return await page.evaluate(question, argument);
    } catch (error) {
      if (!/context was destroyed|null/.test(error)) throw error;
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}
/** Waits until a function holds in the page, which may be another one meanwhile; returns how many milliseconds that took. */
async function until(what, holds, argument, patience = 40_000) {
  const began = performance.now();
  while (!(await ask(holds, argument))) {
    if (performance.now() - began > patience) assert.fail(`${what}: waited in vain at ${page.url()}\nover the page: ${await over()}\n${server.said.slice(-2000)}`);
    await new Promise((done) => setTimeout(done, 10));
  }
  return Math.round(performance.now() - began);
}
/** Waits for a text in the page. */
const shows = (text) => until(text, (text) => document.querySelector("main").textContent.includes(text), text);
/** What stands over the page. */
const over = () => ask(() => [...document.body.children].find((element) => element.shadowRoot)?.shadowRoot.textContent ?? "");
/** Waits until a text stands over the page, or nothing does. */
const tells = (text) => until(text, (text) => {
  const root = [...document.body.children].find((element) => element.shadowRoot)?.shadowRoot;
  return !!root && (text === null ? !root.querySelector("section, .pill") : root.textContent.includes(text));
}, text);

test("a new course is served, and its first page comes by itself", async () => {
  const made = spawnSync(program, ["new", course], { env: environment, encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  server = await serve();
  page = await open(server.address);
  await shows("When to stop");
  await tells(null);
});

/* How editors save, by their names: (name, text). */
const EDITORS = {
  "Visual Studio Code truncates and writes": (name, text) => write(name, text),
  "Vim renames to a backup and writes anew": (name, text) => {
    write("4913", "");
    unlinkSync(at("4913"));
    write(`.${name}.swp`, text);
    renameSync(at(name), at(`${name}~`));
    write(name, text);
    unlinkSync(at(`${name}~`));
    unlinkSync(at(`.${name}.swp`));
  },
  "Emacs locks, saves by itself and keeps a backup": (name, text) => {
    symlinkSync("somebody@host.1:2", at(`.#${name}`));
    write(`#${name}#`, text);
    copyFileSync(at(name), at(`${name}~`));
    write(name, text);
    unlinkSync(at(`#${name}#`));
    unlinkSync(at(`.#${name}`));
  },
  "JetBrains writes beside and renames both": (name, text) => {
    write(`${name}___jb_tmp___`, text);
    renameSync(at(name), at(`${name}___jb_old___`));
    renameSync(at(`${name}___jb_tmp___`), at(name));
    unlinkSync(at(`${name}___jb_old___`));
  },
  "GNOME renames over": (name, text) => {
    write(".goutputstream-X1", text);
    renameSync(at(".goutputstream-X1"), at(name));
  },
  "Helix keeps the old one until it has written": (name, text) => {
    renameSync(at(name), at(`${name}Xy12Z3.bck`));
    write(name, text);
    unlinkSync(at(`${name}Xy12Z3.bck`));
  },
  "another one removes it first": (name, text) => {
    unlinkSync(at(name));
    write(name, text);
  },
};
for (const [how, save] of Object.entries(EDITORS)) {
  test(`a word is saved: ${how}`, async (context) => {
    const word = `Saved as ${how.split(" ")[0]} saves.`;
    save(FIRST, read(FIRST).replace(/(\nA gardener has felt)|(\nSaved as .*)/, `\n${word}$1`));
    const took = await shows(word);
    await tells(null);
    assert.equal(new URL(page.url()).pathname, "/when-to-stop.html");
    context.diagnostic(`${took} ms`);
  });
}

test("the place is kept, and what is unfolded", async () => {
  await ask(() => {
    const details = [...document.querySelectorAll("main details")];
    details.at(-1).open = true;
    document.querySelector("main h2, main .katex, main math[display=block]").scrollIntoView({ behavior: "instant" });
  });
  const place = () => ask(() => ({
    open: [...document.querySelectorAll("main details")].map((details) => details.open),
    top: document.querySelector("main math[display=block]").getBoundingClientRect().top,
  }));
  const was = await place();
  assert(was.open.includes(true) && was.open.includes(false), "some are unfolded, others not");
  // A paragraph more, above what is read.
  write(FIRST, read(FIRST).replace("\nA network is asked", "\nOne paragraph more, which moves down all that follows it by several lines of its own, so that a number of pixels is no place to keep.\n\nA network is asked"));
  await shows("One paragraph more");
  // The script that restores them comes last.
  await until("what was unfolded is", (was) => JSON.stringify([...document.querySelectorAll("main details")].map((details) => details.open)) === was, JSON.stringify(was.open));
  await until("what was read stands where it stood", (top) => Math.abs(document.querySelector("main math[display=block]").getBoundingClientRect().top - top) < 3, was.top);
});

test("the page goes to the lesson that is written, to a new one, and with it to another name", async () => {
  write(SECOND, read(SECOND).replace("\n[Before]", "\nAnother lesson. [Before]"));
  await shows("Another lesson.");
  assert.equal(new URL(page.url()).pathname, "/an-honest-figure.html");
  write("03-mine.md", "---\ntitle: Mine\n---\n\nWritten this morning.\n");
  await shows("Written this morning.");
  assert.equal(new URL(page.url()).pathname, "/mine.html");
  renameSync(at("03-mine.md"), at("03-ours.md"));
  await until("another name", () => location.pathname === "/ours.html");
  await shows("Written this morning.");
  unlinkSync(at("03-ours.md"));
  await shows("There is no such page");
  write(FIRST, `${read(FIRST)}\nAt the end.\n`);
  await shows("At the end.");
});

test("a table and what is cited are read anew", async () => {
  const table = read("tomatoes.csv");
  const before = await ask(() => document.querySelector("#experiment-stopping").textContent);
  write("tomatoes.csv", table.replace("11.9,45,53,ripe\n", "11.9,45,53,green\n"));
  await until("other numbers", (before) => document.querySelector("#experiment-stopping").textContent !== before, before);
  await tells(null);
  write("references.bib", read("references.bib").replace("But When?", "But When, Then?"));
  await shows("But When, Then?");
});

/* A mistake in every kind of file: [file, what is written in whose place, what is said, where]. */
const MISTAKES = [
  [FIRST, "title: When to stop", "titel: When to stop", "did you mean `title`", "01-when-to-stop.md:2"],
  [FIRST, "kind: optimizers ", "kind: optimizer ", "did you mean `optimizers`", "01-when-to-stop.md:"],
  [FIRST, "epochs: 300", "epochs: [300", "01-when-to-stop.md:", "01-when-to-stop.md:"],
  [FIRST, "(02-an-honest-figure.md)", "(02-a-figure.md)", "02-a-figure.md", "01-when-to-stop.md:"],
  [FIRST, "{{ stopping.early.dev_accuracy", "{{ stopping.erly.dev_accuracy", "early", "01-when-to-stop.md:"],
  [FIRST, "[@guo2017]", "[@guo2018]", "guo2017", "01-when-to-stop.md:"],
  ["gradbook.yaml", "language: en", "langage: en", "did you mean `language`", "gradbook.yaml:"],
  ["references.bib", "@inproceedings{guo2017,", "@inproceedings{guo2017", "references.bib", "references.bib"],
  ["tomatoes.csv", "firmness,hue,days,verdict", "firmness,hue,days,judgement", "verdict", "01-when-to-stop.md:"],
];
for (const [name, right, wrong, said, place] of MISTAKES) {
  test(`${wrong}: told over the last good page, and gone when it is mended`, async () => {
    const text = read(name);
    assert(text.includes(right), `${name} has no ${right}`);
    await ask(() => { window.isStillThere = true; });
    write(name, text.replace(right, wrong));
    await tells(said);
    const panel = await over();
    assert(panel.includes(place), `no ${place} in ${panel}`);
    assert(await ask(() => window.isStillThere), "the page is not loaded again");
    write(name, text);
    await tells(null);
  });
}

test("a template of one's own, with a mistake and without", async () => {
  mkdirSync(join(course, "templates"), { recursive: true });
  const written = spawnSync(program, ["templates", join(folder, "all")], { env: environment, encoding: "utf8" });
  assert.equal(written.status, 0, written.stderr);
  const lesson = readFileSync(join(folder, "all/lesson.html"), "utf8");
  const mine = join(course, "templates/lesson.html");
  const main = `<main id="main" tabindex="-1">`;
  assert(lesson.includes(main), lesson);
  writeFileSync(mine, lesson.replace(main, `${main}<p>Of my own making.</p>`));
  await shows("Of my own making.");
  writeFileSync(mine, lesson.replace("{% block content %}", "{% blok content %}"));
  await tells("lesson.html");
  writeFileSync(mine, lesson);
  await tells(null);
  await until("the text is gone", () => !document.querySelector("main").textContent.includes("Of my own making."));
});

test("a training is told of, gives way to other settings, and Ctrl-C ends it", async () => {
  const text = read(FIRST);
  write(FIRST, text.replace("epochs: 300", "epochs: 30000").replace("patience: 20", "patience: 20000"));
  await tells("of 20 runs");
  const good = await ask(() => document.querySelector("main").textContent);
  assert(good.includes("At the end."), "the last page stays meanwhile");
  write(FIRST, text.replace("At the end.", "At last."));
  await shows("At last.");
  await tells(null);
  write(FIRST, text.replace("epochs: 300", "epochs: 30000").replace("patience: 20", "patience: 20000"));
  await tells("of 20 runs");
  const began = performance.now();
  server.child.kill("SIGINT");
  assert.equal(await server.ended, 0, server.said);
  assert(performance.now() - began < 5000, "it ends soon");
  await tells("gradbook serve has ended");
});
