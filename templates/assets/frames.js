// Time and settings as sliders: the states that a chart holds, the steps of its paths, its panels one by one. The last state,
// the whole path and all panels stand without this.
(() => {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";
  const words = document.currentScript.dataset;
  const filled = (text, gaps) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => gaps[name] ?? whole);
  const html = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const element = (name, attributes, parent) => {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  };

  // How long a run through all states takes, and the least time for each, in ms.
  const RUN = 7000;
  const LEAST = 40;
  const MOST = 900;

  // A button and a slider beneath a chart; `show` is told the state, from 0.
  const player = (chart, count, named, show, whole) => {
    const range = html("input", { type: "range", min: 0, max: count - 1, step: 1, value: count - 1 });
    range.setAttribute("aria-label", filled(words.frames, { figure: chart.title }));
    const output = html("output", {});
    const button = html("button", { type: "button", className: "play" });
    let timer = null;
    const set = (state) => {
      range.value = state;
      range.setAttribute("aria-valuetext", named(state));
      output.textContent = named(state);
    };
    const look = (state) => {
      set(state);
      chart.hide();
      show(state);
    };
    const label = () => {
      button.setAttribute("aria-label", timer === null ? words.play : words.pause);
      button.dataset.playing = timer !== null;
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      label();
    };
    const play = () => {
      const time = Math.min(Math.max(RUN / count, LEAST), MOST);
      // States that follow each other too fast are passed over.
      const stride = Math.max(1, Math.round((count * time) / RUN));
      if (Number(range.value) >= count - 1) look(0);
      timer = setInterval(() => {
        const next = Math.min(Number(range.value) + stride, count - 1);
        look(next);
        if (next === count - 1) stop();
      }, time);
      label();
    };
    button.addEventListener("click", () => (timer === null ? play() : stop()));
    range.addEventListener("input", () => {
      stop();
      look(Number(range.value));
    });
    const box = html("div", { className: "player" }, button, range, output);
    if (whole) {
      const all = html("button", { type: "button", className: "whole", textContent: words.all, hidden: true });
      all.addEventListener("click", () => {
        stop();
        whole();
        all.hidden = true;
        output.textContent = "";
      });
      for (const event of ["click", "input"]) box.addEventListener(event, (given) => { if (given.target !== all) all.hidden = false; });
      box.append(all);
    }
    label();
    set(count - 1);
    if (whole) output.textContent = "";
    const last = chart.drawings.at(-1);
    (last.closest(".plot-narrow") ?? last).after(box);
  };

  // A state that does not stand comes from the script beside the page, when it is first shown.
  const fill = (frame) => {
    if (frame.dataset.part === undefined) return;
    frame.innerHTML = window.gradbookCharts[frame.dataset.part];
    delete frame.dataset.part;
  };

  // States that are drawn over each other, all but one hidden.
  const states = (chart) => {
    const names = [...new Set([...chart.drawings[0].querySelectorAll(".frame")].map((frame) => frame.dataset.frame))];
    if (names.length < 2) return false;
    player(chart, names.length, (state) => names[state], (state) => {
      for (const drawing of chart.drawings) {
        for (const frame of drawing.querySelectorAll(".frame")) {
          const stands = frame.dataset.frame === names[state];
          if (stands) fill(frame);
          frame.classList.toggle("off", !stands);
        }
      }
      const { only } = chart.section.dataset;
      if (only !== undefined) chart.only(only);
    });
    return true;
  };

  // Paths step by step, over the whole ones, which pale.
  const steps = (chart) => {
    const paths = chart.panels.flatMap((panel, index) => panel.series.filter((series) => series.along === "s").map((series) => ({ series, index })));
    const most = Math.max(...paths.map(({ series }) => series.series.m));
    if (!paths.length || most < 2) return false;
    // As many states as the longest path carries places.
    const count = Math.max(...paths.map(({ series }) => series.places.length));
    const step = (state) => Math.round((state * most) / (count - 1));
    const show = (state) => {
      for (const drawing of chart.drawings) {
        drawing.querySelector(":scope > .walk")?.remove();
        drawing.classList.toggle("walking", state < count - 1);
        if (state === count - 1) continue;
        const walk = element("g", { class: "walk" }, drawing);
        const frames = chart.frames(drawing);
        for (const { series, index } of paths) {
          const [frame] = frames[index];
          const until = Math.min(Math.floor(step(state) / series.series.i), series.places.length - 1);
          let pen = "M";
          let head = null;
          const d = series.places.slice(0, until + 1).map(([x, y]) => {
            if (!Number.isFinite(x) || !Number.isFinite(y)) {
              pen = "M";
              return "";
            }
            head = [frame.left + x * frame.width, frame.top + (1 - y) * frame.height];
            const piece = `${pen}${head[0].toFixed(1)} ${head[1].toFixed(1)}`;
            pen = "L";
            return piece;
          });
          element("path", { d: d.join(""), style: `stroke:${series.color}` }, walk);
          if (head && pen === "L") element("circle", { cx: head[0], cy: head[1], r: 4.6, style: `fill:${series.color}` }, walk);
        }
      }
    };
    player(chart, count, (state) => filled(words.step, { n: chart.number(step(state), "i") }), show);
    return true;
  };

  // Panels one by one, each as large as the whole drawing.
  const panels = (chart) => {
    if (!chart.isSequence) return false;
    // Dots keep their sizes relative to each other.
    for (const drawing of chart.drawings) {
      for (const circle of drawing.querySelectorAll("circle")) circle.style.setProperty("--r", circle.getAttribute("r"));
      for (const dots of drawing.querySelectorAll(".dots")) dots.style.setProperty("--r", dots.getAttribute("stroke-width") / 2);
    }
    const views = chart.drawings.map((drawing) => drawing.getAttribute("viewBox"));
    const ratio = (drawing) => {
      const { width, height } = drawing.viewBox.baseVal;
      drawing.style.aspectRatio = `${width} / ${height}`;
    };
    const show = (state) => {
      chart.drawings.forEach((drawing, index) => {
        const [frame] = chart.frames(drawing)[state];
        const [, , whole] = views[index].split(" ").map(Number);
        const [left, top, right, bottom] = [34, 24, 12, 36];
        const width = frame.width + left + right;
        const scale = whole / width;
        // Room around the plot does not grow with it.
        const grown = [left, top, right, bottom].map((room) => (room * 1.35) / scale);
        drawing.setAttribute("viewBox", `${frame.left - grown[0]} ${frame.top - grown[1]} ${frame.width + grown[0] + grown[2]} ${frame.height + grown[1] + grown[3]}`);
        ratio(drawing);
        drawing.style.setProperty("--grown", String((frame.width + grown[0] + grown[2]) / whole));
        drawing.classList.add("single");
      });
    };
    const whole = () => chart.drawings.forEach((drawing, index) => {
      drawing.setAttribute("viewBox", views[index]);
      ratio(drawing);
      drawing.classList.remove("single");
    });
    player(chart, chart.panels.length, (state) => chart.panels[state].title ?? String(state + 1), show, whole);
    return true;
  };

  document.addEventListener("gradbook-charts", (event) => {
    for (const chart of event.detail) states(chart) || steps(chart) || panels(chart);
  });
})();
