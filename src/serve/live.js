// Served with pages by `gradbook serve`, never written into them: shows what the build has to say, and takes the newest site.
(() => {
  "use strict";
  const address = new URL(document.currentScript.src);
  const build = address.searchParams.get("build");
  const site = new URL("../", address);

  // Where the reader is: the first heading or experiment in view and what is unfolded, so that a longer page moves nothing.
  const key = (path) => `gradbook-live ${path}`;
  const folded = () => {
    const counts = new Map();
    return [...document.querySelectorAll("details")].map((details) => {
      const within = details.parentElement?.closest("[id]")?.id ?? "";
      const count = counts.get(within) ?? 0;
      counts.set(within, count + 1);
      return [`${within} ${count}`, details];
    });
  };
  const remember = () => {
    const mark = [...document.querySelectorAll("main [id]")]
      .filter((element) => element.getClientRects().length)
      .findLast((element) => element.getBoundingClientRect().top <= innerHeight / 3);
    const place = {
      y: scrollY,
      id: mark?.id,
      top: mark?.getBoundingClientRect().top,
      open: folded().map(([name, details]) => [name, details.open]),
    };
    try {
      sessionStorage.setItem(key(location.pathname), JSON.stringify(place));
    } catch {
      // No memory in this browser: the page begins at its top.
    }
  };
  const restore = () => {
    let place = null;
    try {
      place = JSON.parse(sessionStorage.getItem(key(location.pathname)));
      sessionStorage.removeItem(key(location.pathname));
    } catch {
      return;
    }
    if (!place) return;
    const open = new Map(place.open);
    for (const [name, details] of folded()) {
      if (open.has(name)) details.open = open.get(name);
    }
    history.scrollRestoration = "manual";
    const scroll = () => {
      const mark = place.id && document.getElementById(place.id);
      const top = mark ? scrollY + mark.getBoundingClientRect().top - place.top : place.y;
      scrollTo({ top, behavior: "instant" });
    };
    scroll();
    addEventListener("load", () => { scroll(); history.scrollRestoration = "auto"; }, { once: true });
  };

  const STYLE = `
    :host { all: initial; position: fixed; inset: auto 0 0 0; z-index: 2147483647; color-scheme: light dark; pointer-events: none;
      font: 15px/1.45 "Gradbook Sans", system-ui, sans-serif; }
    :host([data-theme=light]) { color-scheme: light; } :host([data-theme=dark]) { color-scheme: dark; }
    @media print { :host { display: none; } }
    * { box-sizing: border-box; }
    section { pointer-events: auto; background: light-dark(#fff, #1d2024); color: light-dark(#1d2126, #e4e6e9);
      border-top: 4px solid light-dark(#b3261e, #f0857d); box-shadow: 0 -6px 30px rgb(0 0 0 / 0.25); max-height: 65vh; overflow: auto; padding: 0.9rem 1.25rem 1.1rem; }
    section.warnings { border-color: light-dark(#9a6700, #e0b050); }
    header { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
    h2 { font-size: 1.05rem; margin: 0; } h2 small { font-weight: normal; font-size: 0.95rem; color: light-dark(#5a626c, #a4abb4); }
    ol { list-style: none; margin: 0.6rem 0 0; padding: 0; } li + li { margin-top: 0.9rem; }
    p { margin: 0; } .message { font-weight: 600; overflow-wrap: anywhere; }
    .place { font-family: ui-monospace, monospace; font-size: 0.85rem; color: light-dark(#5a626c, #a4abb4); overflow-wrap: anywhere; }
    pre { margin: 0.35rem 0 0; padding: 0.6rem 0.8rem; overflow-x: auto; font: 0.82rem/1.5 ui-monospace, monospace;
      background: light-dark(#f4f4f2, #14161a); border-radius: 4px; }
    button { pointer-events: auto; font: inherit; color: inherit; background: none; border: 1px solid light-dark(#c9ccd1, #4a5058); border-radius: 4px; padding: 0.1rem 0.6rem; cursor: pointer; }
    button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
    .pills { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: flex-end; padding: 0.6rem; }
    .pill { pointer-events: auto; max-width: 100%; border-radius: 999px; padding: 0.25rem 0.9rem; background: light-dark(#fff, #26292e); color: light-dark(#1d2126, #e4e6e9);
      border: 1px solid light-dark(#c9ccd1, #4a5058); box-shadow: 0 2px 10px rgb(0 0 0 / 0.15); }
    progress { width: 6rem; height: 0.5rem; margin-inline-end: 0.6rem; vertical-align: middle; accent-color: light-dark(#1f5fb4, #8ab4f0); }
  `;
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  // A sheet of its own is no inline style, whatever a page's policy says of those.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  let state = { problems: [], left_out: 0 };
  let silent = false; // No word from the server for a while.
  let closed = null; // The problems that the reader has put away.
  let listed = false; // Whether warnings are unfolded.

  const list = (problems) => element("ol", {}, ...problems.map((problem) => {
    const place = problem.file ? `${problem.file}:${problem.line}:${problem.column}` : "";
    const drawn = problem.drawn || (problem.hints ?? []).map((hint) => `help: ${hint}`).join("\n");
    const code = problem.code ? ` ${problem.code}` : "";
    const item = element("li", {}, element("p", { className: "message", textContent: `${problem.severity}${code}: ${problem.message}` }));
    if (place) item.append(element("p", { className: "place", textContent: place }));
    if (drawn) item.append(element("pre", { tabIndex: 0, textContent: drawn }));
    return item;
  }));

  const show = () => {
    host.dataset.theme = document.documentElement.dataset.theme ?? "";
    const errors = state.problems.filter((problem) => problem.severity === "error");
    const warnings = state.problems.filter((problem) => problem.severity !== "error");
    const now = JSON.stringify(state.problems);
    const pills = element("div", { className: "pills" });
    const parts = [pills];
    const panel = (className, role, title, note, problems, close) => {
      const button = element("button", { type: "button", textContent: "Hide" });
      button.addEventListener("click", close);
      const heading = element("h2", {}, `${title} `, element("small", { textContent: note }));
      const section = element("section", { className }, element("header", {}, heading, button), list(problems));
      section.setAttribute("role", role);
      section.setAttribute("aria-label", title);
      parts.push(section);
    };
    const pill = (text, open) => {
      const button = element("button", { type: "button", className: "pill", textContent: text });
      button.addEventListener("click", open);
      pills.append(button);
    };
    if (silent) pills.append(element("span", { className: "pill", textContent: "gradbook serve has ended" }));
    else if (state.progress) {
      const bar = element("progress", { max: 1, value: state.progress.share });
      bar.setAttribute("aria-label", "Training");
      pills.append(element("span", { className: "pill" }, bar, state.progress.words));
    }
    const more = state.left_out ? ` and ${state.left_out} more in the terminal` : "";
    if (errors.length && closed !== now) {
      panel("errors", "alert", counted(errors.length, "mistake") + more, "This is the last page that was in order.", errors,
        () => { closed = now; show(); });
    } else if (errors.length) {
      pill(counted(errors.length, "mistake"), () => { closed = null; show(); });
    } else if (warnings.length && listed) {
      panel("warnings", "status", counted(warnings.length, "warning") + more, "", warnings, () => { listed = false; show(); });
    } else if (warnings.length) {
      pill(counted(warnings.length, "warning"), () => { listed = true; show(); });
    }
    shadow.replaceChildren(...parts);
    host.hidden = !pills.childElementCount && parts.length === 1;
    // What the reader is at must not lie below it for ever.
    document.documentElement.style.scrollPaddingBottom = errors.length ? "40vh" : "";
  };

  const take = (news) => {
    [state, silent] = [news, false];
    if (news.build !== build) {
      source?.close();
      remember();
      const page = news.page && new URL(news.page, site);
      if (page && page.pathname !== location.pathname && document.visibilityState === "visible") location.assign(page);
      else location.reload();
      return;
    }
    show();
  };

  let source = null;
  let patience = 0;
  const listen = () => {
    source?.close();
    source = new EventSource(new URL("events", address));
    source.onmessage = (event) => { clearTimeout(patience); take(JSON.parse(event.data)); };
    source.onerror = () => {
      clearTimeout(patience);
      patience = setTimeout(() => { silent = true; show(); }, 1500);
      // Some browsers give up where nobody answers; the server may come back.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
    };
  };
  restore();
  document.body.append(host);
  show();
  // A browser opens few connections to one server: pages that nobody looks at need none.
  const look = () => {
    if (document.visibilityState === "visible") listen();
    else source?.close();
  };
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  look();
})();
