// What the tests share: the built site and a server for it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

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
