// Nothing here is needed for reading: colours by choice, the section in view, and search.
(() => {
  "use strict";
  const root = document.documentElement;
  // This script is in a folder of the site, and pages may be in others.
  const site = new URL("..", document.currentScript.src);
  const tools = document.getElementById("tools");

  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("gradbook-theme");
      localStorage.setItem("gradbook-theme", value);
    } catch {
      return null; // No memory in this browser or for files.
    }
  };

  const theme = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");
    const chosen = remembered();
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    const label = () => button.setAttribute("aria-label", current() === "dark" ? tools.dataset.light : tools.dataset.dark);
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      remembered(root.dataset.theme);
      label();
    });
    label();
    tools.append(button);
  };

  const sectionInView = () => {
    const links = new Map();
    for (const link of document.querySelectorAll(".contents a")) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    }
    if (!links.size || !("IntersectionObserver" in window)) return;
    const mark = () => {
      let current = null;
      for (const heading of links.keys()) {
        if (heading.getBoundingClientRect().top < innerHeight / 3) current = heading;
      }
      for (const [heading, link] of links) {
        if (heading === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
    for (const heading of links.keys()) observer.observe(heading);
    mark();
  };

  // Browsers do not let a page opened from a folder read other files: no search there.
  const search = async () => {
    if (!location.protocol.startsWith("http")) return;
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = tools.dataset.search;
    input.setAttribute("aria-label", tools.dataset.searchLessons);
    const list = document.createElement("ol");
    list.className = "found";
    list.hidden = true;
    let index = null;
    const find = async () => {
      index ??= await (await fetch(new URL("search-index.json", site))).json();
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      for (const page of words.length ? index : []) {
        const heads = [page.title, page.summary, ...page.tags, ...page.headings.map((heading) => heading.text)];
        const head = heads.join(" ").toLowerCase();
        const text = page.text.toLowerCase();
        if (!words.every((word) => head.includes(word) || text.includes(word))) continue;
        const score = words.filter((word) => page.title.toLowerCase().includes(word)).length * 10
          + words.filter((word) => head.includes(word)).length;
        const heading = page.headings.find((heading) => words.every((word) => heading.text.toLowerCase().includes(word)));
        found.push({ page, heading, score, at: Math.max(0, text.indexOf(words[0])) });
      }
      found.sort((a, b) => b.score - a.score);
      list.replaceChildren(...found.slice(0, 8).map(({ page, heading, at }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = new URL(`${page.slug}.html${heading ? `#${encodeURIComponent(heading.id)}` : ""}`, site);
        const title = document.createElement("strong");
        title.textContent = page.title;
        const excerpt = document.createElement("span");
        excerpt.textContent = heading ? heading.text : `… ${page.text.slice(Math.max(0, at - 30), at + 90)} …`;
        link.append(title, excerpt);
        item.append(link);
        return item;
      }));
      list.hidden = !words.length;
      if (words.length && !found.length) list.append(Object.assign(document.createElement("li"), { textContent: tools.dataset.nothingFound }));
    };
    input.addEventListener("input", () => find().catch(() => { list.hidden = true; }));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { input.value = ""; list.hidden = true; }
      if (event.key === "Enter") list.querySelector("a")?.click();
    });
    const box = document.createElement("div");
    box.className = "search";
    box.setAttribute("role", "search");
    box.append(input, list);
    tools.prepend(box);
  };

  // What is shown of a reference goes with Escape, and comes again with the next visit.
  const quiet = () => addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const shown of document.querySelectorAll(".peeking:hover, .peeking:focus-within")) {
      shown.classList.add("quiet");
      const back = () => shown.classList.remove("quiet");
      shown.addEventListener("mouseleave", back, { once: true });
      shown.addEventListener("focusout", back, { once: true });
    }
  });

  // A link to something folded opens it.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded) folded.open = true;
  };

  // Experiments that a reader can run here: a button each. What runs them is loaded when one is pressed, or when the address
  // says what is to be changed.
  const live = () => {
    const buttons = new Map();
    let loaded;
    const load = () => (loaded ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("assets/live.js", site);
      script.onload = () => resolve(window.gradbookLive);
      script.onerror = reject;
      document.head.append(script);
    }));
    const cores = Math.min(navigator.hardwareConcurrency || 2, 8);
    for (const section of document.querySelectorAll("section[data-live]")) {
      const { seconds, runs, run } = section.dataset;
      let factor = 1;
      try {
        factor = Number(localStorage.getItem("gradbook-speed")) || 1;
      } catch {
        // No memory in this browser or for files.
      }
      const about = Math.max(1, Math.ceil((seconds * factor) / Math.min(cores, runs)));
      const button = document.createElement("button");
      button.type = "button";
      button.className = "run";
      button.textContent = run.replace("{n}", about.toLocaleString(root.lang));
      button.addEventListener("click", async () => (await load()).press(section, button));
      const details = section.querySelector(":scope > .provenance");
      if (details) details.before(button);
      else section.append(button);
      buttons.set(section.id, [section, button]);
    }
    const asked = async () => {
      const [, id, values] = /^#(experiment-[a-z0-9_]+)\?(.+)$/.exec(location.hash) || [];
      if (!buttons.has(id)) return;
      const [section, button] = buttons.get(id);
      section.scrollIntoView();
      const pair = (value) => {
        const [path, ...rest] = value.split("=");
        try {
          return [decodeURIComponent(path), decodeURIComponent(rest.join("="))];
        } catch {
          return [path, rest.join("=")];
        }
      };
      (await load()).fill(section, button, values.split("&").map(pair));
    };
    if (!buttons.size) return;
    asked();
    addEventListener("hashchange", asked);
  };

  theme();
  search();
  sectionInView();
  unfold();
  quiet();
  live();
  addEventListener("hashchange", unfold);
})();
