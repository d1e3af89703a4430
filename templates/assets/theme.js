// The colours that the reader chose stand before the page is first painted: this script stands in the page, or else holds it up.
try {
  const chosen = localStorage.getItem("gradbook-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No memory in this browser or for files.
}
// The fonts are on their way before the styles are there that ask for them. Nothing waits for them.
{
  const { src, dataset } = document.currentScript;
  const assets = src ? new URL(".", src) : `${dataset.root ?? ""}assets/`;
  for (const name of dataset.fonts?.split(" ") ?? []) {
    new FontFace("Gradbook early", `url(${assets}fonts/${name}.woff2)`).load().catch(() => {});
  }
}
