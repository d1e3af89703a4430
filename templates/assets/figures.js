// Figures as objects: a link, files, a citation and a larger view of each, and links to the sections of a page.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const html = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const filled = (text, gaps) => text.replace(/\{(\w+)\}/g, (whole, name) => gaps[name] ?? whole);
  const address = (id) => `${location.href.split("#")[0]}#${encodeURIComponent(id)}`;

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page that is not served safely may only copy what is selected.
      const area = html("textarea", { value: text, className: "visually-hidden" });
      (document.querySelector("dialog[open]") ?? document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  // Says on a button itself that it did what it says; a screen reader hears it too.
  const live = html("p", { className: "visually-hidden" });
  live.setAttribute("role", "status");
  const copying = (button, text) => async () => {
    const was = button.textContent;
    await copy(text());
    button.textContent = words.copied;
    live.textContent = words.copied;
    setTimeout(() => {
      button.textContent = was;
      live.textContent = "";
    }, 1600);
  };

  const visible = (plot) => [...plot.querySelectorAll("svg.chart")].find((svg) => svg.getClientRects().length);

  // The drawing as it is seen, with every colour written out: style sheets do not reach into a picture.
  const picture = (svg) => {
    const copy = svg.cloneNode(true);
    copy.querySelector(".probe")?.remove();
    const [own, made] = [svg.querySelectorAll("*:not(.probe, .probe *)"), copy.querySelectorAll("*")];
    own.forEach((part, index) => {
      const style = getComputedStyle(part);
      const kept = ["fill", "stroke", "opacity", "font-family", "font-weight", "font-size", "paint-order", "stroke-width", "stroke-linejoin", "stroke-linecap"];
      if (made[index]) made[index].setAttribute("style", kept.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    for (const name of ["data-chart", "data-frames"]) copy.removeAttribute(name);
    return copy;
  };

  const download = (name, blob) => {
    const link = html("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const MARGIN = 16;
  const png = async (plot, name) => {
    const svg = visible(plot);
    const { width, height } = svg.viewBox.baseVal;
    const made = picture(svg);
    const scale = Math.max(2, 1600 / width);
    made.setAttribute("width", width * scale);
    made.setAttribute("height", height * scale);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(made))}`;
    await image.decode();
    const canvas = html("canvas", { width: (width + 2 * MARGIN) * scale, height: (height + 2 * MARGIN) * scale });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, MARGIN * scale, MARGIN * scale);
    canvas.toBlob((blob) => download(`${name}.png`, blob));
  };

  // The number that the page gives a figure, or else its title.
  const named = (plot) => {
    const one = plot.closest("figure")?.querySelectorAll(".plot").length === 1 ? plot.closest("figure") : plot;
    return one.querySelector(".number-of")?.textContent.trim() || (plot.querySelector("svg title")?.textContent ?? "");
  };

  // Its files, which the page links to.
  const files = (plot) => {
    const section = plot.closest(".experiment");
    const [, kind, id] = section?.id.match(/^(experiment|figure)-(.*)$/) ?? [];
    const name = plot.id.slice(`figure-${id}-`.length);
    const links = [...(section?.querySelectorAll("a[href]") ?? [])].map((link) => link.getAttribute("href"));
    const ends = (end) => links.find((link) => link.endsWith(`/${end}`));
    return { svg: ends(kind === "figure" ? `${id}.svg` : `${id}-${name}.svg`), csv: ends(`${id}.csv`) };
  };

  // The numbers drawn, where there is no file of every run: those of the tables that the page folds away under the chart's title.
  const tables = (plot) => {
    const title = plot.querySelector("svg title")?.textContent ?? "";
    const folded = [...(plot.closest(".experiment")?.querySelectorAll("details.numbers") ?? [])];
    const own = folded.find((numbers) => numbers.querySelector("summary").textContent.includes(title));
    return [...(own?.querySelectorAll("table") ?? [])];
  };
  const written = (all) => {
    const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = (table) => [...table.rows].map((row) => [...row.cells].map((one) => cell(one.textContent.trim())).join(","));
    return all.flatMap((table) => [...(all.length > 1 ? [cell(table.caption?.textContent.trim() ?? "")] : []), ...lines(table)]).join("\r\n") + "\r\n";
  };

  // What one writes under a figure that one shows elsewhere.
  const citation = (plot) => {
    const text = (selector) => document.querySelector(selector)?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const author = document.querySelector("meta[name=author]")?.content ?? "";
    const [course, lesson, link] = [text(".top .course"), text("h1"), address(plot.id)];
    const title = named(plot);
    const key = `${plot.id}`.replace(/[^\w]+/g, "_");
    const fields = [["author", author], ["title", `${lesson}: ${title}`], ["howpublished", course], ["url", link]];
    const bibtex = `@misc{${key},\n${fields.filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},`).join("\n")}\n}`;
    return [[author, `“${lesson}”`, course, title].filter(Boolean).join(", ") + `. ${link}`, bibtex];
  };

  const dialog = (label, ...children) => {
    const close = html("button", { type: "button", className: "close", textContent: "×" });
    close.setAttribute("aria-label", words.close);
    const made = html("dialog", { className: "sheet" }, close, ...children);
    made.setAttribute("aria-label", label);
    close.addEventListener("click", () => made.close());
    made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
    document.body.append(made);
    made.showModal();
    return made;
  };

  const enlarge = (plot, label) => {
    // The wide drawing, which answers there as it does in its place.
    const host = plot.querySelector(".plot-wide") ?? plot.querySelector("svg.chart").parentElement;
    const place = document.createComment("");
    host.before(place);
    const sheet = dialog(label, html("div", { className: "experiment large" }, host));
    sheet.addEventListener("close", () => {
      place.replaceWith(host);
      sheet.remove();
    }, { once: true });
  };

  const cite = (plot, label) => {
    const parts = citation(plot).map((text) => {
      const button = html("button", { type: "button", textContent: words.copy });
      button.addEventListener("click", copying(button, () => text));
      const shown = html("pre", { textContent: text, tabIndex: 0 });
      return html("div", { className: "citation" }, shown, button);
    });
    const sheet = dialog(label, html("p", { className: "sheet-title", textContent: words.cite }), ...parts);
    sheet.addEventListener("close", () => sheet.remove(), { once: true });
  };

  const tools = (plot) => {
    const [label, { svg, csv }] = [named(plot), files(plot)];
    const file = plot.id.replace(/^figure-/, "");
    const button = (text, act) => {
      const made = html("button", { type: "button", textContent: text });
      made.addEventListener("click", () => {
        act(made);
        menu.open = text === words.copyLink;
      });
      return made;
    };
    const link = button(words.copyLink, () => {});
    link.addEventListener("click", copying(link, () => address(plot.id)));
    const items = [link, button(words.enlarge, () => enlarge(plot, label)), button(words.cite, () => cite(plot, label))];
    if (svg) items.push(html("a", { href: svg, download: "", textContent: "SVG" }));
    items.push(button("PNG", () => png(plot, file)));
    if (csv) items.push(html("a", { href: csv, download: "", textContent: "CSV" }));
    else if (tables(plot).length) items.push(button("CSV", () => download(`${file}.csv`, new Blob([written(tables(plot))], { type: "text/csv" }))));
    const summary = html("summary", { textContent: "⋯" });
    summary.setAttribute("aria-label", filled(words.use, { figure: label }));
    const menu = html("details", { className: "use" }, summary, html("div", {}, ...items));
    const closeMenu = (event) => {
      if (event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.relatedTarget ?? event.target)) menu.open = false;
    };
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        summary.focus();
      }
    });
    menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) closeMenu(event); });
    addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    plot.append(menu);
  };

  const sections = () => {
    for (const heading of document.querySelectorAll(".prose > :is(h2, h3, h4)[id]")) {
      const anchor = html("a", { className: "anchor", href: `#${encodeURIComponent(heading.id)}`, textContent: "#" });
      anchor.setAttribute("aria-label", `${words.section}: ${heading.textContent.trim()}`);
      anchor.addEventListener("click", () => copy(address(heading.id)));
      heading.append(anchor);
    }
  };

  const start = () => {
    document.body.append(live);
    document.querySelectorAll(".plot[id]").forEach(tools);
    sections();
  };
  if (window.requestIdleCallback) requestIdleCallback(start, { timeout: 2000 });
  else setTimeout(start, 300);
})();
