// The colours that the reader chose stand before the page is first painted: this script alone holds the page up.
try {
  const chosen = localStorage.getItem("gradbook-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No memory in this browser or for files.
}
