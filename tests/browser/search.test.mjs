// The search: what it finds for those who ask in words of their own, and how it is worked by keys and fingers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import vm from "node:vm";
import { questions } from "./questions.mjs";
import { open, overflow, server } from "./chromium.mjs";
import { file, site } from "./site.mjs";

test("of 60 questions at least 55 find a lesson that answers among the first three", () => {
  const window = {};
  vm.runInNewContext(readFileSync(join(site, "search-index.js"), "utf8"), { window });
  const { find, excerpt } = window.gradbook.search;
  const missed = [];
  for (const [question, lessons] of questions) {
    const found = find(question);
    const first = found.slice(0, 3).map(({ section }) => section.slug);
    if (!first.some((slug) => lessons.split(" ").includes(slug))) missed.push(`${question}: ${first.join(", ") || "nothing"}`);
    for (const one of found) {
      const text = excerpt(one).map(([text]) => text).join("");
      assert.ok(!/\\[a-z]|[{}]\s*\\/.test(text), `no TeX: ${text}`);
    }
  }
  assert.equal(questions.length, 60);
  assert.ok(questions.length - missed.length >= 55, `missed ${missed.length}:\n${missed.join("\n")}`);
  console.log(`${questions.length - missed.length} of ${questions.length} found; missed: ${missed.join("; ") || "none"}`);
});

describe("in the browser", () => {
  const ask = async (page, query) => {
    await page.keyboard.press("/");
    await page.keyboard.type(query);
    await page.waitForSelector(".found:not([hidden])");
  };
  const expanded = (page) => page.$eval("[role=combobox]", (box) => box.getAttribute("aria-expanded"));

  test("keys alone find a lesson, choose and go there", async () => {
    const page = await open(server.address("index.html"));
    await ask(page, "droput");
    await page.waitForSelector(".found a");
    assert.equal(await expanded(page), "true");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    const chosen = await page.$eval("[role=combobox]", (box) => document.getElementById(box.getAttribute("aria-activedescendant")).href);
    assert.match(chosen, /dropout/);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(page.url(), chosen);
    assert.deepEqual(page.faults, []);
    await page.close();
  });
  test("it closes with Escape, and when it is left", async () => {
    const page = await open(server.address("index.html"));
    await ask(page, "adam");
    await page.keyboard.press("Escape");
    assert.ok(await page.$eval(".found", (list) => list.hidden));
    assert.equal(await expanded(page), "false");
    await page.keyboard.type(" optimizer");
    await page.waitForSelector(".found:not([hidden])");
    await page.keyboard.press("Tab");
    assert.ok(await page.$eval(".found", (list) => list.hidden));
    await page.close();
  });
  test("what is found is marked, and nothing is said to be found where nothing is", async () => {
    const page = await open(server.address("index.html"));
    await ask(page, "momentum");
    await page.waitForSelector(".found mark");
    assert.match(await page.$eval(".found mark", (mark) => mark.textContent), /momentum/i);
    await page.$eval("[role=combobox]", (box) => { box.value = ""; });
    await page.keyboard.type("qqqqxxzz");
    await page.waitForSelector(".found p");
    assert.ok((await page.$eval(".search [role=status]", (status) => status.textContent)).length > 0);
    await page.close();
  });
  test("it works from a folder", async () => {
    const page = await open(file("index.html"));
    await ask(page, "softmax");
    await page.waitForSelector(".found a");
    assert.deepEqual(page.faults, []);
    await page.close();
  });
  for (const width of [320, 390]) {
    test(`it fits a screen of ${width} px`, async () => {
      const page = await open(server.address("index.html"), { width });
      await ask(page, "learning rate");
      await page.waitForSelector(".found a");
      const { left, right } = await page.$eval(".found", (list) => list.getBoundingClientRect().toJSON());
      assert.ok(left >= 0 && right <= width, `${left} to ${right}`);
      assert.deepEqual(await overflow(page), { beyond: 0, what: [] });
      await page.close();
    });
  }
});
