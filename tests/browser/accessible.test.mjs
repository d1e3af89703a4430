// axe finds nothing on any page: light and dark, wide and narrow, with everything unfolded.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { open, server, unfold } from "./chromium.mjs";
import { pages } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

describe("axe", () => {
  for (const path of pages) {
    for (const dark of [false, true]) {
      for (const width of [1280, 390]) {
        test(`${path} ${dark ? "dark" : "light"} ${width}`, async () => {
          const page = await open(server.address(path), { width, dark });
          await unfold(page);
          // Beside the page's own policy, which lets no other script in.
          const client = await page.createCDPSession();
          await client.send("Runtime.evaluate", { expression: axe });
          const found = await page.evaluate(async (tags) => {
            const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
            return violations.map(({ id, help, nodes }) => `${id}: ${help}, ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`);
          }, TAGS);
          await page.close();
          assert.deepEqual(found, []);
        });
      }
    }
  }
});
