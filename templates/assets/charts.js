// Charts that answer: a crosshair with values for pointers, fingers and arrow keys; one series alone; the seeds of a band.
// Nothing here is needed for reading. What a chart carries is written by `lab/src/chart/reading.rs`.
(() => {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";
  const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const words = document.currentScript?.dataset ?? {};
  const filled = (text, gaps) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => gaps[name] ?? whole);

  // Numbers as the program writes them in tables: about four digits, in the signs of the page's language.
  const numbers = (signs) => {
    const [thousands, point, percent] = signs ? [signs[1], signs[5], signs.slice(7)] : [",", ".", "%"];
    const raised = (text) => [...text].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] ?? "⁻").join("");
    const fixed = (value, decimals) => {
      let text = Math.abs(value).toFixed(decimals);
      // An exact half goes to the even digit, as in the program's own tables.
      const beyond = Math.abs(value).toFixed(decimals + 40).split(".")[1].slice(decimals);
      if (/^50*$/.test(beyond) && Number(text.at(-1)) % 2 === 1) text = text.slice(0, -1) + (Number(text.at(-1)) - 1);
      const [whole, rest] = text.split(".");
      const minus = value < 0 && /[1-9]/.test(whole + (rest ?? "")) ? "−" : "";
      return minus + whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (rest ? point + rest : "");
    };
    const scientific = (value) => {
      const [mantissa, exponent] = value.toExponential(2).split("e");
      const power = exponent.replace("+", "");
      return mantissa.replace("-", "−").replace(".", point) + (power === "0" ? "" : ` × 10${raised(power)}`);
    };
    return (value, format = "") => {
      if (value === null || !Number.isFinite(value)) return "–";
      if (format === "%") return fixed(100 * value, value !== 0 && Math.abs(value) < 0.9995 ? 1 : 0) + percent;
      if (format === "y") return String(Math.round(value)).replace("-", "−");
      if (format === "d") {
        const date = new Date(Math.round(value * 1440) * 60000).toISOString().replace("T", " ");
        return date.slice(0, date.slice(11, 16) === "00:00" ? 10 : 16);
      }
      const size = Math.abs(value);
      if (format === "s" && value !== 0) {
        const units = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];
        const unit = units.findIndex((_, unit) => Number((size / 1000 ** (unit - 5)).toFixed(2)) < 1000);
        if (unit < 0 || size < 1e-15) return scientific(value);
        return fixed(value / 1000 ** (unit - 5), 2).replace(/0+$/, "").replace(/[.,٫]$/, "") + units[unit];
      }
      let text;
      if (value === 0 || (format === "i" && Number.isInteger(value))) text = fixed(value, 0);
      else if (size < 1e-4 || size >= 1e7 || format === "e") return scientific(value);
      else {
        const decimals = Math.max(0, 3 - Math.floor(Math.log10(size)));
        const needed = size.toFixed(decimals).replace(/^\d+\.?/, "").replace(/0+$/, "").length;
        text = fixed(value, needed);
      }
      if (format === "+" && value > 0) return `+${text}`;
      return format === "x" ? `${text}×` : text;
    };
  };

  const levels = (text) => {
    const out = [];
    for (let at = 0; at < text.length; at += 2) {
      const level = LETTERS.indexOf(text[at]) * 64 + LETTERS.indexOf(text[at + 1]);
      out.push(level === 4095 ? NaN : level / 4094);
    }
    return out;
  };

  const bend = (axis, value) => {
    if (axis.z !== undefined && value === 0) return axis.z;
    if (axis.c === 1) return value > 0 ? Math.log10(value) : NaN;
    if (axis.c === 2) return value < 1 ? -Math.log10(1 - value) : NaN;
    return value;
  };
  const unbend = (axis, bent) => (axis.c === 1 ? 10 ** bent : axis.c === 2 ? 1 - 10 ** -bent : bent);
  const share = (axis, value) => {
    const share = (bend(axis, value) - axis.d[0]) / (axis.d[1] - axis.d[0]);
    return axis.r ? 1 - share : share;
  };
  const unshare = (axis, share) => unbend(axis, axis.d[0] + (axis.r ? 1 - share : share) * (axis.d[1] - axis.d[0]));
  // Names of colours come with the page: nothing else gets into a style.
  const color = (name) => `var(--chart-${String(name).replace(/[^a-z\d]/g, "").replace(/^s(?=\d)/, "").replace(/^r(?=\d)/, "ramp-")})`;
  const near = (a, b) => a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

  const element = (name, attributes, parent) => {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  };
  const html = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // One panel: its series with their places as numbers.
  class Panel {
    constructor(data, chart) {
      Object.assign(this, { chart, title: data.h, x: data.x, y: data.y, tracks: data.t });
      const places = [];
      const listed = (list) => {
        if (typeof list !== "string") return list;
        const [first, step, count] = list.split(" ").map(Number);
        return Array.from({ length: count }, (_, index) => first + step * index);
      };
      this.series = (data.s ?? []).map((series) => {
        const [name, paint] = series.n === undefined ? [null, series.k] : chart.names[series.n];
        const made = { name, color: color(paint), along: series.a ?? "x", series };
        if (made.along === "s") {
          const [xs, ys] = series.q.map(levels);
          made.places = xs.map((x, index) => [x, ys[index]]);
          made.step = (index) => Math.min(index * series.i, series.m);
          return made;
        }
        if (typeof series.x === "number") made.at = places[series.x];
        else places.push((made.at = listed(series.x)));
        return made;
      });
      this.fields = (data.f ?? []).map((field) => ({
        ...field,
        layers: field.v.map(([name, paint, low, high, text]) => ({
          name,
          color: color(paint),
          at: levels(text).map((root) => low + (high - low) * root * root),
        })),
      }));
      // Where readers stop along an axis.
      for (const along of ["x", "y"]) {
        const all = this.series.filter((series) => series.along === along).flatMap((series) => series.at);
        if (!all.length || this.stops) continue;
        this.along = along;
        this.stops = [...new Set(all)].filter(Number.isFinite).sort((a, b) => a - b);
        this.stops = this.stops.filter((stop, index) => !index || !near(stop, this.stops[index - 1]));
      }
      // Spots on the plane, and steps of paths.
      this.spots = this.series.flatMap((series) => {
        if (series.along === "p") return series.at.map((x, index) => this.spot(series, x, index));
        if (series.along === "s") return series.places.map(([x, y], step) => ({ series, fx: x, fy: y, step }));
        return [];
      }).filter((spot) => Number.isFinite(spot.fx) && Number.isFinite(spot.fy));
    }

    spot(series, x, index) {
      const y = series.series.y?.[index] ?? NaN;
      return { series, x, y, fx: share(this.x, x), fy: share(this.y, y), text: series.series.t?.[index] };
    }

    axis() {
      return this.along === "x" ? this.x : this.y;
    }

    values() {
      return this.along === "x" ? this.y : this.x;
    }

    // A place on an axis in words.
    named(axis, value) {
      if (axis.k) return axis.k[Math.round(value)] ?? "";
      return [axis.l, this.chart.number(value, axis.f)].filter(Boolean).join(" ");
    }

    // What all series have at one place: one row a name.
    rows(stop) {
      const rows = new Map();
      const format = this.values().f;
      for (const series of this.series) {
        if (series.along !== this.along) continue;
        const index = series.at.findIndex((at) => near(at, stop));
        if (index < 0) continue;
        const { y, l, h, t } = series.series;
        // A band without a name is that of the line in its colour.
        const key = series.name ?? (y ? series.color : this.series.find((other) => other !== series && other.color === series.color)?.name ?? series.color);
        const row = rows.get(key) ?? { name: series.name ?? (typeof key === "string" && !key.startsWith("var(") ? key : this.values().l), color: series.color, series: [] };
        row.series.push(series);
        if (y && y[index] !== null) Object.assign(row, { value: y[index], text: t?.[index] ?? this.chart.number(y[index], format) });
        if (l && l[index] !== null && h[index] !== null && l[index] !== h[index]) {
          Object.assign(row, { low: l[index], high: h[index] });
          row.spread = filled(words.range ?? "{n} to {n_high}", { n: this.chart.number(l[index], format), n_high: this.chart.number(h[index], format) });
        }
        rows.set(key, row);
      }
      const all = [...rows.values()].filter((row) => row.text !== undefined || row.spread);
      // As the lines lie, the highest first.
      if (this.along === "x" && !this.x.k) all.sort((a, b) => share(this.y, b.value ?? b.high) - share(this.y, a.value ?? a.high));
      return all;
    }

    // What the fields say at a place, as shares of the panel.
    field(fx, fy) {
      const rows = [];
      for (const { x, y, f, layers } of this.fields) {
        const along = (axis, [low, high, count], part) =>
          Math.min(Math.max((unshare(axis, part) - low) / (high - low || 1), 0), 1) * (count - 1);
        const [i, j] = [along(this.x, x, fx), along(this.y, y, fy)];
        for (const { name, color, at } of layers) {
          const cell = (di, dj) => at[Math.min(Math.floor(j) + dj, y[2] - 1) * x[2] + Math.min(Math.floor(i) + di, x[2] - 1)];
          const mix = (a, b, part) => a + (b - a) * part;
          const value = mix(mix(cell(0, 0), cell(1, 0), i % 1), mix(cell(0, 1), cell(1, 1), i % 1), j % 1);
          const text = f === "%" ? this.chart.number(Math.round(value * 100) / 100, f).replace(/[.,]0(?=\D*$)/, "") : this.chart.number(Number(value.toPrecision(2)), f);
          rows.push({ name, color, text: `≈ ${text}`, value });
        }
      }
      return rows.length > 1 ? rows.sort((a, b) => b.value - a.value).slice(0, 4) : rows;
    }

    spotRows(spot) {
      const number = (axis, value) => this.chart.number(value, axis.f);
      const round = (axis, part) => Number(unshare(axis, part).toPrecision(3));
      const [x, y] = spot.step === undefined ? [spot.x, spot.y] : [round(this.x, spot.fx), round(this.y, spot.fy)];
      const place = (axis, value) => ({ name: axis.k ? axis.l : axis.l || "", text: axis.k ? axis.k[Math.round(value)] : number(axis, value) });
      const rows = [place(this.x, x), place(this.y, y)].filter((row) => row.text);
      if (spot.text !== undefined) rows.push({ name: spot.series.name ?? "", text: spot.text, color: spot.series.color });
      const step = spot.step === undefined ? null : filled(words.step ?? "step {n}", { n: this.chart.number(spot.series.step(spot.step), "i") });
      const title = [spot.text === undefined ? spot.series.name : null, step].filter(Boolean).join(", ");
      return { title, rows, color: spot.series.color };
    }
  }

  // What a chart carries stands in the page, or by a number in a script beside it: pages are there sooner without it.
  const given = (carrier) => {
    const [, part] = carrier.dataset.chart.match(/ (\d+)$/) ?? [];
    const text = part === undefined ? carrier.dataset.chart : window.gradbookCharts[part];
    return JSON.parse(text.replaceAll("'", '"'));
  };
  const bring = (then) => {
    const file = document.querySelector('svg[data-chart]:not([data-chart^="{"])')?.dataset.chart.replace(/ \d+$/, "");
    if (file) document.head.append(html("script", { src: file, onload: then, onerror: then }));
    else then();
  };

  const charts = [];

  class Chart {
    constructor(carrier) {
      this.box = carrier.closest(".plot, .chart-frame") ?? carrier.parentElement;
      this.section = this.box.closest(".experiment") ?? this.box;
      this.drawings = [...this.box.querySelectorAll("svg[data-frames]")];
      const data = given(carrier);
      this.names = data.n;
      this.number = numbers(data.w);
      this.isSequence = data.e === 1;
      this.panels = data.p.map((panel) => new Panel(panel, this));
      this.title = carrier.querySelector("title")?.textContent ?? "";
      this.tip = html("div", { className: "readout", hidden: true });
      this.tip.setAttribute("aria-hidden", "true");
      // Panels move together where they go by the same thing.
      const first = this.panels.find((panel) => panel.stops);
      const same = (panel) => panel.stops && panel.along === first.along && panel.axis().l === first.axis().l && !panel.axis().k === !first.axis().k;
      this.linked = first ? this.panels.filter(same) : [];
      this.stops = this.keyStops();
      for (const drawing of this.drawings) this.listen(drawing);
      if (this.stops.length) this.slider();
    }

    // Where arrow keys stop: places along an axis, spots, tracks, in their order.
    keyStops() {
      if (this.linked.length) {
        const all = this.linked.flatMap((panel) => panel.stops).sort((a, b) => a - b);
        const stops = all.filter((stop, index) => !index || !near(stop, all[index - 1]));
        return stops.map((stop) => ({ panel: this.linked.find((panel) => panel.stops.some((at) => near(at, stop))), stop }));
      }
      return this.panels.flatMap((panel) => {
        if (panel.tracks) return panel.tracks.t.map((_, track) => ({ panel, track }));
        if (panel.spots.length) return panel.spots.map((spot) => ({ panel, spot }));
        if (!panel.fields.length) return [];
        const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
        return steps.toReversed().flatMap((fy) => steps.map((fx) => ({ panel, fx, fy })));
      });
    }

    drawing() {
      return this.drawings.find((drawing) => drawing.getClientRects().length) ?? this.drawings[0];
    }

    frames(drawing) {
      const rect = (text) => {
        const [left, top, width, height] = text.split(",").map(Number);
        return { left, top, width, height };
      };
      return drawing.dataset.frames.split(" ").map((frame) => frame.split(";").map(rect));
    }

    listen(drawing) {
      const point = (event) => {
        const box = drawing.getBoundingClientRect();
        const view = drawing.viewBox.baseVal;
        const scale = view.width / box.width;
        return [(event.clientX - box.left) * scale + view.x, (event.clientY - box.top) * scale + view.y, scale];
      };
      const move = (event) => {
        const found = this.find(drawing, ...point(event));
        if (found) this.show({ ...found, drawing });
        else this.hide();
      };
      drawing.addEventListener("pointermove", move);
      drawing.addEventListener("pointerdown", (event) => {
        const label = event.target.closest?.(".key[data-n]");
        if (!label) move(event);
      });
      drawing.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "touch") this.hide();
      });
      drawing.addEventListener("click", (event) => {
        const label = event.target.closest?.(".key[data-n]");
        if (label) isolate(this.section, this.names[label.dataset.n][0]);
      });
    }

    // What is under a place of a drawing.
    find(drawing, px, py, scale) {
      const frames = this.frames(drawing);
      for (const [index, panel] of this.panels.entries()) {
        const [frame] = frames[index];
        if (panel.tracks) {
          const found = this.nearestTrack(panel, frames[index], px, py);
          if (found) return found;
          continue;
        }
        const margin = 14;
        if (px < frame.left - margin || px > frame.left + frame.width + margin || py < frame.top - margin || py > frame.top + frame.height + margin) continue;
        const [fx, fy] = [(px - frame.left) / frame.width, 1 - (py - frame.top) / frame.height];
        let best = null;
        for (const spot of panel.spots) {
          const distance = Math.hypot((spot.fx - fx) * frame.width, (spot.fy - fy) * frame.height) / scale;
          if (!best || distance < best.distance) best = { distance, spot };
        }
        const reach = panel.stops ? 9 : panel.fields.length ? 14 : 120;
        const isCell = best && best.spot.text !== undefined;
        if (best && (best.distance < reach || isCell)) return { panel, spot: best.spot };
        if (panel.stops) {
          const axis = panel.axis();
          const at = panel.along === "x" ? fx : fy;
          const stop = panel.stops.reduce((a, b) => (Math.abs(share(axis, b) - at) < Math.abs(share(axis, a) - at) ? b : a));
          return { panel, stop, fy: panel.along === "x" ? fy : fx };
        }
        if (panel.fields.length && fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1) return { panel, fx, fy };
      }
      return null;
    }

    trackPlaces(panel, rails, track) {
      return panel.tracks.t[track][2].map((value, index) => {
        const rail = rails[index];
        const part = value === null ? NaN : share(panel.tracks.a[index], value);
        return rail.width > rail.height ? [rail.left + part * rail.width, rail.top] : [rail.left, rail.top + (1 - part) * rail.height];
      });
    }

    nearestTrack(panel, rails, px, py) {
      let best = null;
      panel.tracks.t.forEach((_, track) => {
        const places = this.trackPlaces(panel, rails, track).filter((place) => place.every(Number.isFinite));
        for (let at = 1; at < places.length; at++) {
          const [[ax, ay], [bx, by]] = [places[at - 1], places[at]];
          const along = Math.min(Math.max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 || 1), 0), 1);
          const distance = Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay));
          if (distance < 30 && (!best || distance < best.distance)) best = { distance, panel, track, place: [px, py] };
        }
      });
      return best;
    }

    show(found) {
      const drawing = found.drawing ?? this.drawing();
      const frames = this.frames(drawing);
      this.clear();
      const probe = element("g", { class: "probe" }, drawing);
      const { panel } = found;
      let place, title, rows;
      if (found.track !== undefined) ({ place, title, rows } = this.showTrack(probe, frames[this.panels.indexOf(panel)], found));
      else if (found.stop !== undefined) {
        for (const other of this.linked.includes(panel) ? this.linked : [panel]) {
          const made = this.showStop(probe, frames[this.panels.indexOf(other)][0], other, found, other === panel);
          if (other === panel) ({ place, title, rows } = made);
        }
      } else {
        const [frame] = frames[this.panels.indexOf(panel)];
        const { fx, fy } = found.spot ?? found;
        place = [frame.left + fx * frame.width, frame.top + (1 - fy) * frame.height];
        if (found.spot) {
          const said = panel.spotRows(found.spot);
          title = said.title;
          rows = said.rows;
          element("circle", { class: "at", cx: place[0], cy: place[1], r: 6, style: `stroke:${said.color}` }, probe);
          if (found.spot.text === undefined) rows.push(...panel.field(fx, fy));
        } else {
          rows = [...panel.spotRows({ series: {}, x: Number(unshare(panel.x, fx).toPrecision(3)), y: Number(unshare(panel.y, fy).toPrecision(3)) }).rows, ...panel.field(fx, fy)];
          element("path", { class: "cross", d: `M${place[0] - 6} ${place[1]}h12M${place[0]} ${place[1] - 6}v12` }, probe);
        }
      }
      this.found = found;
      this.write(drawing, place, title, rows, found.emphasis);
    }

    showStop(probe, frame, panel, { stop, fy, emphasis }, isOwn) {
      const part = share(panel.axis(), stop);
      const rows = panel.rows(stop);
      const along = panel.along === "x";
      const at = along ? frame.left + part * frame.width : frame.top + (1 - part) * frame.height;
      if (!(part >= -0.001 && part <= 1.001)) return { place: [frame.left, frame.top], rows, title: panel.named(panel.axis(), stop) };
      const cross = along ? `M${at} ${frame.top}v${frame.height}` : `M${frame.left} ${at}h${frame.width}`;
      element("path", { class: "cross", d: cross }, probe);
      const values = panel.values();
      const placed = (value) => {
        const part = share(values, value);
        if (!(part >= -0.001 && part <= 1.001)) return NaN;
        return along ? frame.top + (1 - part) * frame.height : frame.left + part * frame.width;
      };
      // The band that is pointed at, or chosen by keys, shows its seeds.
      const within = (row) => row.low !== undefined && fy !== undefined && fy >= Math.min(share(values, row.low), share(values, row.high)) - 0.015 && fy <= Math.max(share(values, row.low), share(values, row.high)) + 0.015;
      const inside = isOwn ? rows.filter(within) : [];
      const middle = (row) => Math.abs(share(values, row.value ?? row.low) - fy);
      const chosen = emphasis ?? inside.sort((a, b) => middle(a) - middle(b))[0]?.name;
      for (const row of rows) {
        if (row.name === chosen) for (const series of row.series) this.showSeeds(probe, frame, series);
        const to = placed(row.value);
        // The end of a bar is mark enough.
        if (row.value === undefined || !Number.isFinite(to) || row.series.some(({ series }) => series.t)) continue;
        element("circle", { class: "dot", cx: along ? at : to, cy: along ? to : at, r: 4, style: `fill:${row.color}` }, probe);
        if (!isOwn && rows.length <= 3 && along) {
          const left = at > frame.left + frame.width / 2;
          const text = element("text", { class: "halo", x: at + (left ? -8 : 8), y: to - 6, "font-size": 12, "text-anchor": left ? "end" : "start", style: `fill:${row.color}` }, probe);
          text.textContent = row.text;
        }
      }
      const tops = rows.map((row) => placed(row.value)).filter(Number.isFinite);
      const beside = tops.length ? tops.reduce((a, b) => a + b) / tops.length : frame.top + frame.height / 2;
      return { place: along ? [at, Math.min(...tops, beside)] : [Math.max(...tops, frame.left), at], title: panel.named(panel.axis(), stop), rows, chosen };
    }

    showSeeds(probe, frame, { series }) {
      if (!series.q || !series.qx) return;
      const xs = levels(series.qx);
      for (const seed of series.q) {
        let pen = "M";
        const d = levels(seed).map((y, index) => {
          if (!Number.isFinite(y) || !Number.isFinite(xs[index])) { pen = "M"; return ""; }
          const piece = `${pen}${(frame.left + xs[index] * frame.width).toFixed(1)} ${(frame.top + (1 - y) * frame.height).toFixed(1)}`;
          pen = "L";
          return piece;
        });
        const paint = color(series.n === undefined ? series.k : this.names[series.n][1]);
        element("path", { class: "seed", d: d.join(""), style: `stroke:${paint}` }, probe);
      }
    }

    showTrack(probe, rails, { panel, track, place }) {
      const places = this.trackPlaces(panel, rails, track);
      const [name, paint, values] = panel.tracks.t[track];
      const seen = places.filter((at) => at.every(Number.isFinite));
      element("path", { class: "track", d: seen.map((at, index) => `${index ? "L" : "M"}${at}`).join(""), style: `stroke:${color(paint)}` }, probe);
      for (const [x, y] of seen) element("circle", { class: "dot", cx: x, cy: y, r: 4, style: `fill:${color(paint)}` }, probe);
      const rows = panel.tracks.a.map((axis, index) => ({ name: axis.l, text: axis.k ? (axis.k[values[index]] ?? "–") : this.number(values[index], axis.f) }));
      return { place: place ?? seen.at(-1), title: name ?? String(track + 1), rows };
    }

    write(drawing, place, title, rows, emphasis) {
      const line = (row) => {
        const swatch = html("i", {});
        if (row.color) swatch.style.background = row.color;
        const value = html("b", { textContent: row.text ?? "" });
        const cells = [html("td", {}, swatch), html("td", { textContent: row.name ?? "" }), html("td", {}, value)];
        const spread = row.spread && row.text !== undefined ? row.spread : (row.spread ?? "");
        cells.push(html("td", { textContent: spread }));
        return html("tr", { className: emphasis === row.name ? "chosen" : "" }, ...cells);
      };
      const shown = rows.slice(0, 9);
      const body = html("tbody", {}, ...shown.map(line));
      this.tip.replaceChildren(...(title ? [html("p", { textContent: title })] : []), html("table", {}, body));
      if (rows.length > shown.length) this.tip.append(html("p", { textContent: "…" }));
      const host = drawing.parentElement;
      if (this.tip.parentElement !== host) host.append(this.tip);
      this.tip.hidden = false;
      const [box, around, view] = [drawing.getBoundingClientRect(), host.getBoundingClientRect(), drawing.viewBox.baseVal];
      const scale = box.width / view.width;
      const x = (place[0] - view.x) * scale + box.left - around.left;
      const y = (place[1] - view.y) * scale + box.top - around.top;
      const [width, height] = [this.tip.offsetWidth, this.tip.offsetHeight];
      let left = x + 14;
      if (left + width > around.width) left = x - 14 - width;
      if (left < 0) left = Math.max(0, Math.min(x - width / 2, around.width - width));
      const top = Math.min(Math.max(y - height / 2, 0), Math.max(0, box.height - height));
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }

    clear() {
      for (const drawing of this.drawings) drawing.querySelector(":scope > .probe")?.remove();
    }

    hide() {
      this.clear();
      this.tip.hidden = true;
      this.found = null;
    }

    // A slider that nobody sees: arrow keys, and the gestures of screen readers, for which its value is said in words.
    slider() {
      const input = html("input", { type: "range", min: 0, max: this.stops.length - 1, step: 1, value: this.stops.length - 1, className: "probe-slider" });
      input.setAttribute("aria-label", filled(words.values ?? "Values: {figure}", { figure: this.title }));
      let chosen = -1;
      const tell = () => input.setAttribute("aria-valuetext", this.said(this.stops[input.value]));
      const show = () => {
        const stop = this.stops[input.value];
        const names = stop.stop === undefined ? [] : stop.panel.rows(stop.stop).map((row) => row.name);
        this.show({ ...stop, emphasis: chosen < 0 ? undefined : names[chosen % names.length] });
        tell();
      };
      input.addEventListener("input", show);
      input.addEventListener("focus", () => { if (input.matches(":focus-visible")) show(); });
      input.addEventListener("blur", () => this.hide());
      input.addEventListener("keydown", (event) => {
        const stop = this.stops[input.value];
        const rows = stop.stop === undefined ? [] : stop.panel.rows(stop.stop);
        if (event.key === "Escape") {
          chosen = -1;
          isolate(this.section, null);
          this.hide();
        } else if (rows.length && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
          event.preventDefault();
          chosen = (Math.max(chosen, event.key === "ArrowDown" ? -1 : 0) + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
          show();
          input.setAttribute("aria-valuetext", this.saidRow(rows[chosen]));
        } else if (event.key === "Enter" && rows[chosen]) isolate(this.section, rows[chosen].name);
      });
      tell();
      this.box.append(input);
    }

    saidRow(row) {
      const spread = row.spread ? ` (${row.spread})` : "";
      return [row.name, `${row.text ?? ""}${row.text === undefined ? (row.spread ?? "") : spread}`].filter(Boolean).join(": ");
    }

    said({ panel, stop, spot, track, fx, fy }) {
      const list = (rows) => rows.map((row) => this.saidRow(row)).join("; ");
      if (track !== undefined) {
        const [name, , values] = panel.tracks.t[track];
        const rows = panel.tracks.a.map((axis, index) => ({ name: axis.l, text: axis.k ? (axis.k[values[index]] ?? "–") : this.number(values[index], axis.f) }));
        return `${name ?? track + 1}. ${list(rows)}`;
      }
      if (spot) {
        const said = panel.spotRows(spot);
        return [said.title, list(said.rows)].filter(Boolean).join(". ");
      }
      if (stop === undefined) return list([...panel.spotRows({ series: {}, x: unshare(panel.x, fx), y: unshare(panel.y, fy) }).rows, ...panel.field(fx, fy)]);
      const panels = this.linked.length ? this.linked : [panel];
      const parts = panels.map((panel) => {
        const rows = list(panel.rows(stop));
        return rows && panels.length > 1 && panel.title ? `${panel.title}: ${rows}` : rows;
      });
      return `${panel.named(panel.axis(), stop)}. ${parts.filter(Boolean).join(". ")}`;
    }

    // Shows one series alone; all of them again without a name.
    only(name) {
      const index = this.names.findIndex(([known]) => known === name);
      const paint = index < 0 ? null : this.names[index][1];
      for (const drawing of this.drawings) {
        for (const part of drawing.querySelectorAll(".f, .l")) {
          const group = part.closest("[data-n]");
          const series = [...part.classList].find((own) => /^s\d$/.test(own));
          const other = group ? Number(group.dataset.n) !== index : series && series !== paint;
          part.classList.toggle("dim", Boolean(paint && other && !part.closest(".probe")));
        }
      }
    }
  }

  // A live region tells who does not see it what is shown.
  const live = html("p", { className: "visually-hidden" });
  live.setAttribute("role", "status");

  const isolate = (section, name) => {
    const was = section.dataset.only ?? null;
    const now = was === name ? null : name;
    if (now === null) delete section.dataset.only;
    else section.dataset.only = now;
    for (const chart of charts) if (chart.section === section) chart.only(now);
    if (was !== now) live.textContent = now === null ? (words.all ?? "") : filled(words.only ?? "{name}", { name: now });
  };

  const add = (carrier) => {
    try {
      charts.push(new Chart(carrier));
    } catch (error) {
      console.error(error); // A chart that cannot answer still stands.
    }
  };

  // An experiment that was run again has other drawings: they are read when they are first reached.
  const refresh = (event) => {
    const box = event.target.closest?.(".plot, .chart-frame");
    if (!box) return;
    const at = charts.findIndex((chart) => chart.box === box);
    if (at >= 0 && charts[at].drawings.every((drawing) => drawing.isConnected)) return;
    if (at >= 0) charts.splice(at, 1);
    box.querySelectorAll(":scope > :is(.probe-slider, .player)").forEach((old) => old.remove());
    box.querySelectorAll("svg[data-chart]").forEach(add);
    document.dispatchEvent(new CustomEvent("gradbook-charts", { detail: charts.filter((chart) => chart.box === box) }));
  };

  const start = () => {
    document.body.append(live);
    document.querySelectorAll("svg[data-chart]").forEach(add);
    for (const reached of ["pointerover", "focusin"]) document.addEventListener(reached, refresh);
    document.addEventListener("gradbook:redrawn", ({ detail: section }) => {
      // What is slid through is seen before it is reached.
      for (const player of section.querySelectorAll(".plot > .player")) refresh({ target: player });
    });
    document.dispatchEvent(new CustomEvent("gradbook-charts", { detail: charts }));
    // A finger elsewhere puts values away.
    addEventListener("pointerdown", (event) => {
      for (const chart of charts) if (chart.found && !chart.box.contains(event.target)) chart.hide();
    });
  };
  if (window.requestIdleCallback) requestIdleCallback(() => bring(start), { timeout: 1500 });
  else setTimeout(() => bring(start), 200);
})();
