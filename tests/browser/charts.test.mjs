// Charts answer to pointers, fingers and keys, slide through their states, and can be taken along; pages are opened from the folder.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open as opened } from "./chromium.mjs";
import { file, pages } from "./site.mjs";

const open = async (path, width = 1000) => {
  const page = await opened(file(path), { width });
  await page.waitForFunction(() => !document.querySelector("svg[data-chart]") || document.querySelector(".probe-slider"));
  return page;
};

const lessons = pages.filter((path) => !["404.html", "index.html"].includes(path));
// A place within the first plot of a chart, by shares of its width and height.
const place = (page, id, across, down) => page.$eval(`#${id}`, (plot, across, down) => {
  const drawing = [...plot.querySelectorAll("svg[data-frames]")].find((svg) => svg.getClientRects().length);
  drawing.scrollIntoView({ block: "start", behavior: "instant" });
  const [left, top, width, height] = drawing.dataset.frames.split(" ")[0].split(";")[0].split(",").map(Number);
  const [box, view] = [drawing.getBoundingClientRect(), drawing.viewBox.baseVal];
  const scale = box.width / view.width;
  return [box.left + (left + across * width - view.x) * scale, box.top + (top + down * height - view.y) * scale];
}, across, down);
const told = (page, id) => page.$eval(`#${id}`, (plot) => [...plot.querySelectorAll(".readout:not([hidden])")].map((tip) => tip.innerText).join("\n"));

describe("every chart of every lesson answers", () => {
  for (const path of lessons) {
    test(path, async () => {
      const page = await open(path);
      // Solutions are folded, and have charts too.
      await page.evaluate(() => document.querySelectorAll("details:not(.use)").forEach((details) => { details.open = true; }));
      const charts = await page.$$eval(".plot[id]", (plots) => plots.map((plot) => ({
        id: plot.id,
        slider: plot.querySelector(".probe-slider")?.getAttribute("aria-valuetext") ?? "",
        isPicture: !window.gradbookCharts[plot.querySelector("svg[data-chart]")?.dataset.chart.split(" ").at(-1)]?.match(/'(s|f)':\[\{|'t':\{/),
      })));
      for (const { id, slider, isPicture } of charts.filter(({ isPicture }) => !isPicture)) {
        assert.ok(slider.length > 3, `${id} says nothing to screen readers`);
        let said = "";
        for (const [across, down] of [[0.6, 0.4], [0.5, 0.5], [0.3, 0.6], [0.8, 0.2], [0.2, 0.8], [0.95, 0.9]]) {
          await page.mouse.move(...(await place(page, id, across, down)));
          said ||= await told(page, id);
        }
        assert.ok(said, `${id} does not answer`);
      }
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});

describe("one chart", () => {
  const curves = async (width) => {
    const page = await open("dropout.html", width);
    const id = "figure-clean-dev_error";
    assert.ok(await page.$(`#${id}`), "the lesson has the chart that is looked at");
    return { page, id };
  };

  test("tells the numbers of its table", async () => {
    const { page, id } = await curves();
    const { names, rows } = await page.$eval(`#${id}`, (plot) => {
      const title = plot.querySelector("svg title").textContent;
      const tables = [...plot.closest(".experiment").querySelectorAll("table")];
      const table = tables.find((table) => table.caption?.textContent.trim() === title);
      const texts = (row) => [...row.cells].map((cell) => cell.textContent.trim());
      return { names: texts(table.tHead.rows[0]).slice(1), rows: [...table.tBodies[0].rows].map(texts) };
    });
    assert.ok(names.length > 1 && rows.length > 10);
    await page.focus(`#${id} .probe-slider`);
    await page.keyboard.press("Home");
    for (const [epoch, ...values] of rows) {
      const said = await page.$eval(`#${id} .probe-slider`, (slider) => slider.getAttribute("aria-valuetext"));
      assert.ok(said.startsWith(`epoch ${epoch}. `), said);
      names.forEach((name, index) => assert.ok(said.includes(`${name}: ${values[index]}`), `${name}: ${values[index]} in ${said}`));
      await page.keyboard.press("ArrowRight");
    }
    await page.close();
  });

  test("moves by arrow keys, chooses a series and shows it alone", async () => {
    const { page, id } = await curves();
    await page.focus(`#${id} .probe-slider`);
    await page.keyboard.press("Home");
    const first = await page.$eval(`#${id} .probe-slider`, (slider) => slider.getAttribute("aria-valuetext"));
    await page.keyboard.press("ArrowRight");
    const second = await page.$eval(`#${id} .probe-slider`, (slider) => slider.getAttribute("aria-valuetext"));
    assert.match(first, /^epoch 0\. /);
    assert.match(second, /^epoch 1\. /);
    await page.keyboard.press("ArrowDown");
    assert.ok(await page.$(`#${id} .probe .seed`), "its band shows single seeds");
    await page.keyboard.press("Enter");
    const dimmed = () => page.$$eval(`#${id} .dim`, (all) => all.length);
    assert.ok((await dimmed()) > 0);
    await page.keyboard.press("Escape");
    assert.equal(await dimmed(), 0);
    await page.close();
  });

  test("shows one series alone in all charts of its experiment when its name is clicked", async () => {
    const { page, id } = await curves();
    await page.$eval(`#${id} svg.chart-wide .key`, (key) => key.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    const dimmed = await page.$eval(`#${id}`, (plot) => [...plot.closest(".experiment").querySelectorAll(".plot")].map((one) => one.querySelectorAll(".dim").length));
    assert.ok(dimmed.every((count) => count > 0), `${dimmed}`);
    await page.close();
  });

  test("answers to a finger", async () => {
    const { page, id } = await curves(390);
    const [x, y] = await place(page, id, 0.5, 0.5);
    await page.touchscreen.tap(x, y);
    assert.match(await told(page, id), /epoch \d+/);
    await page.close();
  });

  test("has a drawing of its own on a phone, in solutions too", async () => {
    const page = await open("batch-normalization.html", 390);
    const seen = await page.evaluate(() => {
      document.querySelectorAll("details:not(.use)").forEach((details) => { details.open = true; });
      return [...document.querySelectorAll("svg.chart")].filter((svg) => svg.getClientRects().length).map((svg) => [svg.closest("blockquote, .markdown-alert, details") !== null, svg.classList.contains("chart-narrow")]);
    });
    assert.ok(seen.some(([isFolded]) => isFolded), "a solution has a chart");
    assert.ok(seen.every(([, isNarrow]) => isNarrow), `${seen}`);
    await page.close();
  });

  test("has a link, files and a citation, from a folder too", async () => {
    const page = await open("dropout.html");
    await page.waitForSelector(".use");
    const plot = await page.$(".plot .use");
    await plot.$eval("summary", (summary) => summary.click());
    const [svg] = await plot.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));
    assert.match(svg, /\.svg$/);
    await plot.$$eval("button", (buttons) => buttons.find((button) => button.textContent === "Cite this").click());
    assert.match(await page.$eval("dialog[open]", (dialog) => dialog.innerText), /@misc\{.*#figure-/s);
    await page.keyboard.press("Escape");
    assert.equal(await page.$("dialog"), null);
    await page.close();
  });
});

describe("states", () => {
  test("a descent goes step by step, and its end is what stands", async () => {
    const page = await open("momentum.html");
    await page.waitForSelector(".player");
    const walking = () => page.$$eval("svg.walking", (all) => all.length);
    assert.equal(await walking(), 0);
    const slider = await page.$(".plot:has(.walk, [data-chart*=\"'s'\"]) .player input, .player input");
    await slider.focus();
    await page.keyboard.press("Home");
    assert.match(await slider.evaluate((input) => input.getAttribute("aria-valuetext")), /step 0/);
    assert.ok((await walking()) > 0);
    await page.keyboard.press("End");
    assert.equal(await walking(), 0);
    await page.close();
  });

  test("the regions of an epoch are one state of several", async () => {
    const page = await open("bias-and-variance.html");
    await page.waitForSelector("#figure-boundaries-regions .player");
    const seen = () => page.$$eval("#figure-boundaries-regions svg.chart-wide .frame:not(.off)", (frames) => [...new Set(frames.map((frame) => frame.dataset.frame))]);
    const last = await page.$eval("#figure-boundaries-regions .player input", (input) => input.getAttribute("aria-valuetext"));
    assert.match(last, /^epoch [1-9]/);
    assert.deepEqual(await seen(), [last]);
    await page.focus("#figure-boundaries-regions .player input");
    await page.keyboard.press("Home");
    assert.deepEqual(await seen(), ["before training"]);
    await page.close();
  });
});
