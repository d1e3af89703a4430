// What the tests share: the built site, a server for it, and pages of it in Debian's Chromium.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

/** The folder of the site, which `scripts/browser-tests` builds. */
export const site = resolve(process.env.GRADBOOK_SITE ?? "output");

/** Every page; those alone that contain `GRADBOOK_PAGES` where it is set. */
export const pages = readdirSync(site, { recursive: true })
  .filter((path) => path.endsWith(".html") && path.includes(process.env.GRADBOOK_PAGES ?? ""))
  .sort();

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2", ".wasm": "application/wasm" };

/** Serves the site on a free port, by a content security policy if there is one. */
export async function serve(policy) {
  const server = createServer((request, response) => {
    const path = join(site, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (!path.startsWith(site) || !existsSync(path)) return response.writeHead(404).end();
    const headers = { "content-type": TYPES[extname(path)] ?? "application/octet-stream" };
    if (policy) headers["content-security-policy"] = policy;
    response.writeHead(200, headers).end(readFileSync(path));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { address: (path) => `http://127.0.0.1:${server.address().port}/${path}`, stop: () => server.close() };
}

/** The address of a page as it is opened from the folder. */
export const file = (path) => pathToFileURL(join(site, path)).href;

export const launch = () =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
    protocolTimeout: 600_000,
  });

/** Opens an address. What the page reports as an error is in `faults` of what is returned. */
export async function open(browser, address, { width = 1280, height = 900, dark = false, script = true, features = [] } = {}) {
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
