// Pages in Debian's Chromium.
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { serve } from "./site.mjs";

let browser;
/** The site's server, which a file of tests has to itself, as it has its browser. */
export let server;

before(async () => {
  browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
    protocolTimeout: 600_000,
  });
  server = await serve();
});
after(async () => {
  await browser.close();
  server.stop();
});

/** Opens an address. What the page reports as an error is in `faults` of what is returned. */
export async function open(address, { width = 1280, height = 900, dark = false, script = true, features = [] } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  await page.setViewport({ width, height });
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }, ...features]);
  await page.goto(address, { waitUntil: "load" });
  return page;
}

/** Opens everything that is folded. */
export const unfold = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

/** Returns what sticks out of a page to the side: by how many pixels, and what. */
export const overflow = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const beyond = document.documentElement.scrollWidth - width;
    const clipped = (element) => {
      for (let above = element.parentElement; above; above = above.parentElement) {
        if (getComputedStyle(above).overflowX !== "visible") return true;
      }
      return false;
    };
    const out = beyond > 0 ? [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width + 0.5 && !clipped(one)) : [];
    return { beyond, what: out.slice(0, 5).map((one) => `${one.localName}.${one.className}`) };
  });
