// Nothing here is needed for reading: colours by choice (`theme.js` remembers them), the section in view, and search.
(() => {
  "use strict";
  const root = document.documentElement;
  // This script is in a folder of the site, and pages may be in others.
  const site = new URL("..", document.currentScript.src);
  const tools = document.getElementById("tools");

  const remember = (theme) => {
    try {
      localStorage.setItem("gradbook-theme", theme);
    } catch {
      // No memory in this browser or for files.
    }
  };

  const theme = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    const label = () => button.setAttribute("aria-label", current() === "dark" ? tools.dataset.light : tools.dataset.dark);
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
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
    // It marks at once, when the page is laid out.
    const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
    for (const heading of links.keys()) observer.observe(heading);
  };

  // The search as a combobox: "/" leads to it, arrows choose, Enter goes there, Escape closes. What can be found comes as a script,
  // which a page may also load that was opened from a folder, as soon as somebody turns to the search.
  const search = () => {
    const element = (name, properties, ...children) => {
      const made = Object.assign(document.createElement(name), properties);
      made.append(...children);
      return made;
    };
    const input = element("input", { type: "search", placeholder: tools.dataset.search, autocomplete: "off", spellcheck: false });
    const list = element("div", { id: "found", className: "found", hidden: true, tabIndex: -1 });
    const status = element("span", { className: "visually-hidden" });
    for (const [name, value] of [["role", "combobox"], ["aria-label", tools.dataset.searchLessons], ["aria-autocomplete", "list"], ["aria-controls", "found"], ["aria-expanded", "false"], ["aria-keyshortcuts", "/"]]) input.setAttribute(name, value);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", tools.dataset.searchLessons);
    status.setAttribute("role", "status");
    const box = element("div", { className: "search" }, input, list, status);
    box.setAttribute("role", "search");
    tools.prepend(box);

    let loading = null;
    const load = () => {
      loading ??= new Promise((done, failed) => {
        document.head.append(element("script", { src: new URL("search-index.js", site), onload: () => done(window.gradbook.search), onerror: () => { loading = null; failed(); } }));
      });
      return loading;
    };
    let chosen = -1;
    const options = () => [...list.querySelectorAll("a")];
    const choose = (at) => {
      const all = options();
      chosen = all.length ? (at + all.length) % all.length : -1;
      all.forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
      if (chosen < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      list.hidden = true;
      chosen = -1;
      status.textContent = "";
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const show = async () => {
      const query = input.value;
      if (!query.trim()) return close();
      const { find, excerpt } = await load();
      if (input.value !== query) return; // Somebody typed on.
      const found = find(query);
      list.replaceChildren(...found.map((one, index) => {
        const { section } = one;
        const marked = excerpt(one).map(([text, hit]) => (hit ? element("mark", { textContent: text }) : text));
        const link = element("a", { href: new URL(section.url, site), id: `found-${index}`, tabIndex: -1 }, element("strong", { textContent: section.title }));
        if (section.head) link.append(element("span", { className: "head", textContent: section.head }));
        link.append(element("span", { className: "excerpt" }, ...marked));
        link.setAttribute("role", "option");
        link.setAttribute("aria-selected", "false");
        return link;
      }));
      if (!found.length) list.append(element("p", { textContent: tools.dataset.nothingFound }));
      list.hidden = false;
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-expanded", String(found.length > 0));
      status.textContent = found.length ? tools.dataset.found.replace("{n}", found.length) : tools.dataset.nothingFound;
    };
    const later = () => show().catch(close);
    input.addEventListener("focus", () => { load().catch(() => {}); later(); });
    input.addEventListener("input", later);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const moves = { ArrowDown: chosen + 1, ArrowUp: chosen < 0 ? -1 : chosen - 1 };
      if (event.key in moves && !list.hidden) {
        event.preventDefault();
        choose(moves[event.key]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        (options()[chosen] ?? options()[0])?.click();
      } else if (event.key === "Escape") {
        event.preventDefault();
        if (list.hidden) input.value = "";
        close();
      }
    });
    // It closes when it is left, and when something in it was chosen: that may stand on this page.
    box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { if (event.target.closest("a")) { close(); input.blur(); } });
    addEventListener("keydown", (event) => {
      const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes) return;
      event.preventDefault();
      input.focus();
      input.select();
    });
  };

  // Lessons that were read to their end are marked, in this browser alone.
  const progress = () => {
    const key = `gradbook-read:${site.pathname}`;
    const read = () => {
      try {
        return new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
      } catch {
        return new Set(); // No memory, or none of ours.
      }
    };
    const mark = () => {
      const been = read();
      for (const lesson of document.querySelectorAll("li[data-lesson]")) {
        const is = been.has(lesson.dataset.lesson);
        lesson.classList.toggle("been", is);
        for (const shown of lesson.querySelectorAll(":scope > a, h3")) {
          if (is) shown.dataset.been = tools.dataset.read;
          else delete shown.dataset.been;
        }
      }
    };
    mark();
    const end = document.querySelector(".turn[data-lesson]");
    if (!end || !("IntersectionObserver" in window)) return;
    new IntersectionObserver(([entry], observer) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      try {
        localStorage.setItem(key, JSON.stringify([...read().add(end.dataset.lesson)]));
      } catch {
        return;
      }
      mark();
    }).observe(end);
  };

  // What scrolls can be scrolled by keys, in every browser.
  const scrolling = () => {
    const reach = ({ target: box }) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    const observer = new ResizeObserver((changes) => changes.forEach(reach));
    for (const box of document.querySelectorAll("main pre, main math[display=block], .table-scroll, .prose > table")) observer.observe(box);
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
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let opened = false;
    for (let folded = target?.closest("details"); folded; folded = folded.parentElement.closest("details")) {
      opened ||= !folded.open;
      folded.open = true;
    }
    if (opened) target.scrollIntoView();
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
      const details = section.querySelector(":scope > .more");
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
  progress();
  quiet();
  live();
  scrolling();
  addEventListener("hashchange", unfold);
})();
