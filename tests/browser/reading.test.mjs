// Pages are whole on every screen and by every way of reading them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, overflow, server, unfold } from "./chromium.mjs";
import { file, pages } from "./site.mjs";

describe("no page is wider than the screen", () => {
  for (const path of pages) {
    // 320 px are also what is left of 1280 at 400%.
    test(path, async () => {
      const page = await open(server.address(path), { width: 320 });
      for (const width of [320, 390, 768, 1024, 1280, 1600]) {
        await page.setViewport({ width, height: 900 });
        for (const unfolded of [false, true]) {
          if (unfolded) await unfold(page);
          else await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = false; }));
          assert.deepEqual(await overflow(page), { beyond: 0, what: [] }, `at ${width} px${unfolded ? ", unfolded" : ""}`);
        }
      }
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});

describe("a link to a part of a page leads there, and stays there", () => {
  for (const path of pages.filter((path) => /^(l2-reg|softmax|momentum)/.test(path))) {
    test(path, async () => {
      const page = await open(`${server.address(path)}#exercises`);
      const top = () => page.evaluate(() => Math.round(document.getElementById("exercises").getBoundingClientRect().top));
      await new Promise((done) => setTimeout(done, 1500));
      const [first, height] = [await top(), await page.evaluate(() => innerHeight)];
      assert.ok(first >= 0 && first < height / 5, `${first} px below the top`);
      await page.close();
    });
  }
});

describe("every page is whole", () => {
  for (const path of pages.filter((path) => path !== "404.html")) {
    test(`${path} from its folder`, async () => {
      const page = await open(file(path));
      assert.deepEqual(page.faults, []);
      assert.ok(await page.$(".tools button"), "the theme can be chosen");
      assert.ok(await page.$(".tools input[type=search]"), "the lessons can be searched");
      await page.close();
    });
    test(`${path} without script`, async () => {
      const page = await open(server.address(path), { script: false });
      const shown = await page.$$eval("main", (mains) => mains.map((main) => main.innerText.length));
      assert.ok(shown[0] > 100);
      // Everything that can be opened opens without a script.
      const folded = await page.$(".more > summary");
      if (folded) {
        await folded.click();
        assert.ok(await page.$eval(".more", (more) => more.open));
      }
      await page.close();
    });
  }
});

describe("colours", () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  test("a choice is remembered, and stands before the first paint", async () => {
    const page = await open(server.address("index.html"));
    const light = await background(page);
    await page.click(".theme");
    const dark = await background(page);
    assert.notEqual(light, dark);
    // What the document is painted with as soon as it has a body.
    await page.evaluateOnNewDocument(() => {
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        window.first = document.documentElement.dataset.theme;
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    assert.equal(await page.evaluate(() => window.first), "dark");
    assert.equal(await background(page), dark);
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });
  test("forced colours leave charts and claims readable", async () => {
    const path = pages.find((path) => !["404.html", "index.html"].includes(path));
    const page = await open(server.address(path));
    const client = await page.createCDPSession();
    await client.send("Emulation.setEmulatedMedia", { features: [{ name: "forced-colors", value: "active" }] });
    assert.ok(await page.evaluate(() => matchMedia("(forced-colors: active)").matches));
    const text = await page.$eval(".chart text", (text) => getComputedStyle(text).fill);
    const paper = await background(page);
    assert.notEqual(text, paper);
    await page.close();
  });
  test("nothing moves where less motion is asked for", async () => {
    const page = await open(server.address("index.html"), { features: [{ name: "prefers-reduced-motion", value: "reduce" }] });
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
    await page.close();
  });
});

describe("the keyboard", () => {
  test("the first stop leads to the content", async () => {
    const path = pages.find((path) => !["404.html", "index.html"].includes(path));
    const page = await open(server.address(path));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.close();
  });
});
