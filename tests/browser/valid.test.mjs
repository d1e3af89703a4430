// Every page is valid HTML.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { pages, site } from "./site.mjs";

const validate = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // Matters of taste: the doctype in small letters, widths of a column beside its numbers, ids with points; all files are the site's own.
    "doctype-style": "off",
    "no-inline-style": "off",
    "require-sri": "off",
    "valid-id": ["error", { relaxed: true }],
    // ARIA 1.2 lets lists have names.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
  },
});

for (const path of pages) {
  test(path, async () => {
    const { results } = await validate.validateFile(join(site, path));
    const found = results.flatMap(({ messages }) => messages).map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`);
    assert.deepEqual(found.slice(0, 10), []);
  });
}
