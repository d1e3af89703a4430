// The colours that the reader chose stand before the page is first painted: this script alone holds the page up.
try {
  const chosen = localStorage.getItem("gradbook-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No memory in this browser or for files.
}
// The fonts are on their way before the styles are there that ask for them. Nothing waits for them.
for (const name of document.currentScript.dataset.fonts?.split(" ") ?? []) {
  const address = new URL(`fonts/${name}.woff2`, document.currentScript.src);
  new FontFace("Gradbook early", `url(${address})`).load().catch(() => {});
}
