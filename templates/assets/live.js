// Runs an experiment in the reader's browser. It is loaded when the first reader's press asks for it (`gradbook.js`), and loads in
// its turn what it needs: the course (words, limits, templates), the experiment, the engine. All are classic scripts that
// call `gradbookLive.take`, since pages also open from a folder, where nothing can be fetched.
(() => {
  "use strict";
  const site = new URL("..", document.currentScript.src);
  const LONG = 10; // Seconds from which on fewer seeds are offered,
  const AT_ONCE = 0.3; // and below which every move of a control runs.
  const STILL = 150; // Milliseconds without a move after which charts are drawn that are not seen.
  const most = Math.max(1, Math.min(navigator.hardwareConcurrency || 2, 8));

  // What scripts brought, by name.
  const brought = new Map();
  const awaited = new Map();
  const bring = (name, address) => {
    if (!awaited.has(name)) {
      awaited.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => (brought.has(name) ? resolve(brought.get(name)) : reject(new Error(address)));
        script.onerror = () => {
          awaited.delete(name);
          reject(new Error(address));
        };
        document.head.append(script);
      }));
    }
    return awaited.get(name);
  };
  const asset = (name) => bring(name, new URL(`assets/live-${name}.js`, site));
  const course = () => asset("course");
  /* A table that the program holds: the module is without them, since few pages need each. */
  const table = async (name) => unpacked(await asset(`table-${name}`));

  /* Why an experiment cannot run here: a phrase. */
  class Unable extends Error {}
  class Stopped extends Error {}

  // --- the engine ---

  /* A worker: it holds one instance of the module. What it is sent it does in that order, one answer each. */
  const worker = () => {
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    let engine, told, tell;
    const write = (bytes) => {
      // The memory is another one where room had to be made.
      const start = engine.reserve(bytes.length);
      new Uint8Array(engine.memory.buffer, start, bytes.length).set(bytes);
    };
    const read = (place) => {
      const [start, length] = [Number(place & 0xffffffffn), Number(place >> 32n)];
      return new Uint8Array(engine.memory.buffer, start, length);
    };
    const json = (place) => JSON.parse(decoder.decode(read(place)));
    const does = {
      async start({ module }) {
        const advance = (share) => {
          told += share;
          // Often enough for the eye.
          if (told - tell > 0.01) postMessage({ share: (tell = told) });
        };
        const made = await WebAssembly.instantiate(module, { page: { advance } });
        engine = (made.instance || made).exports;
      },
      course({ text }) {
        write(encoder.encode(text));
        return json(engine.course());
      },
      file({ name, bytes }) {
        const start = encoder.encode(`${name}\n`);
        const all = new Uint8Array(start.length + bytes.length);
        all.set(start);
        all.set(bytes, start.length);
        write(all);
        engine.file();
      },
      open({ asked }) {
        write(encoder.encode(JSON.stringify(asked)));
        return json(engine.open());
      },
      run({ variant, seed }) {
        told = tell = 0;
        const answer = read(engine.run(variant, seed)).slice();
        if (answer[0] !== 1) throw new Error(decoder.decode(answer.subarray(1)));
        return answer.subarray(1);
      },
      show({ records }) {
        for (const record of records) {
          write(record);
          engine.take();
        }
        return json(engine.show());
      },
      draw({ figure, isNarrow }) {
        return decoder.decode(read(engine.draw(figure, isNarrow)));
      },
      numbers() {
        return json(engine.numbers());
      },
      keep() {
        engine.keep();
      },
    };
    let last = Promise.resolve();
    onmessage = ({ data }) => {
      last = last.then(async () => {
        try {
          postMessage({ answer: await does[data.what](data) });
        } catch (error) {
          postMessage({ fault: `${error.name}: ${error.message}` });
        }
      });
    };
  };

  const decoded = (base64) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const letters = atob(base64);
    const bytes = new Uint8Array(letters.length);
    for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
    return bytes;
  };

  const gunzipped = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const unpacked = (base64) => gunzipped(decoded(base64));
  /* A file of data as the engine reads it: it unpacks no gzip. */
  const plain = async (bytes) => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipped(bytes) : bytes);

  // A function of one `f32x4.relaxed_madd`: what a browser is asked by whether it knows relaxed SIMD.
  const RELAXED = "AGFzbQEAAAABCAFgA3t7ewF7AwIBAAoNAQsAIAAgASAC/YUCCw==";

  const compiled = async (name) => {
    const bytes = await unpacked(await asset(name));
    try {
      return await WebAssembly.compile(bytes);
    } catch (error) {
      throw new Unable(/unsafe-eval|Content Security|policy|disallowed|blocked/i.test(error.message) ? "run_forbidden" : "run_no_wasm");
    }
  };

  /* Returns the module for this machine, once: the one for relaxed SIMD where its multiply-add is fused, else the other one. */
  let module;
  const prepared = () => {
    module ??= (async () => {
      if (typeof WebAssembly !== "object") throw new Unable("run_no_wasm");
      if (WebAssembly.validate(decoded(RELAXED))) {
        const relaxed = await compiled("relaxed");
        const { exports } = await WebAssembly.instantiate(relaxed, { page: { advance() {} } });
        if (exports.fuses()) return { module: relaxed };
      }
      return { module: await compiled("plain") };
    })();
    module.catch(() => (module = undefined));
    return module;
  };

  class Worker_ {
    constructor() {
      this.address = URL.createObjectURL(new Blob([`(${worker})()`], { type: "text/javascript" }));
      try {
        this.worker = new Worker(this.address);
      } catch {
        throw new Unable("run_forbidden");
      }
      this.waiting = [];
      this.worker.onmessage = ({ data }) => {
        if (data.share !== undefined) return this.heard?.(data.share);
        const [resolve, reject] = this.waiting.shift();
        if (data.fault === undefined) resolve(data.answer);
        else reject(new Error(data.fault));
      };
      this.worker.onerror = () => this.end(new Unable("run_forbidden"));
    }

    ask(what, more = {}) {
      return new Promise((resolve, reject) => {
        if (this.ended) return reject(this.ended);
        this.waiting.push([resolve, reject]);
        this.worker.postMessage({ what, ...more });
      });
    }

    /* Ends the worker, whose first reason stays: it may fail before anything is asked of it. */
    end(error = new Stopped()) {
      if (this.ended) return;
      this.ended = error;
      this.worker?.terminate();
      URL.revokeObjectURL(this.address);
      for (const [, reject] of this.waiting.splice(0)) reject(error);
    }
  }

  /* The workers of one experiment: the first plans and shows, all of them run. */
  class Pool {
    constructor(page) {
      this.page = page;
      this.workers = [];
      this.ready = [];
      this.files = new Map(Object.entries(page.files).map(([name, base64]) => [name, decoded(base64)]));
    }

    worker(index) {
      if (!this.ready[index]) {
        const ready = this.begin(index);
        this.ready[index] = ready;
        ready.catch(() => this.ready[index] === ready && (this.ready[index] = undefined));
      }
      return this.ready[index];
    }

    /* Begins a worker, which wakes while the module is made. */
    async begin(index) {
      const worker = new Worker_();
      this.workers[index] = worker;
      try {
        const [made, shared] = await Promise.all([prepared(), course()]);
        await worker.ask("start", made);
        const fault = await worker.ask("course", { text: JSON.stringify(shared) });
        if (fault) throw new Error(fault);
        for (const [name, bytes] of this.files) await worker.ask("file", { name, bytes: await plain(bytes) });
        if (index === 0 && this.kept) await this.own(worker);
        return worker;
      } catch (error) {
        worker.end();
        throw error;
      }
    }

    async add(name, bytes) {
      this.files.set(name, bytes);
      // Who begins after this has it from there.
      const whole = await plain(bytes);
      for (const ready of this.ready) await (await ready)?.ask("file", { name, bytes: whole });
    }

    async open(asked) {
      this.asked = asked;
      for (;;) {
        const opened = await (await this.worker(0)).ask("open", { asked });
        if (typeof opened === "string") throw new Error(opened);
        if (!opened.wants.length) return opened;
        for (const name of opened.wants) await this.add(name, await table(name));
      }
    }

    /* Does all runs, the longest first; `hears` is told the share that is done. Returns the records by variant and seed. */
    async run(runs, hears) {
      const total = runs.reduce((sum, run) => sum + run.seconds, 0) || 1;
      const order = runs.map((run, index) => ({ ...run, index })).sort((a, b) => b.seconds - a.seconds);
      const records = [];
      const shares = [];
      let ended = 0;
      const tell = () => hears(shares.reduce((sum, share) => sum + share, 0) / total, ended);
      const work = async (place) => {
        const worker = await this.worker(place);
        if (place > 0) await worker.ask("open", { asked: this.asked });
        for (let run = order.shift(); run; run = order.shift()) {
          worker.heard = (share) => {
            shares[run.index] = share * run.seconds;
            tell();
          };
          records[run.index] = await worker.ask("run", run);
          shares[run.index] = run.seconds;
          ended += 1;
          tell();
        }
      };
      const wanted = total < AT_ONCE ? 1 : Math.min(most, runs.length);
      await Promise.all(Array.from({ length: wanted }, (_, place) => work(place)));
      return records;
    }

    async show(records) {
      return (await this.worker(0)).ask("show", { records });
    }

    /* Draws a figure of what was shown last. */
    async draw(figure, isNarrow) {
      return (await this.worker(0)).ask("draw", { figure, isNarrow });
    }

    /* The numbers of all figures of what was shown last: a table a panel. */
    async numbers() {
      return (await this.worker(0)).ask("numbers");
    }

    /* Keeps what was shown last as the page's own, for all workers to come. */
    async keep(asked, records) {
      this.kept = { asked, records };
      return (await this.worker(0)).ask("keep");
    }

    async own(worker) {
      await worker.ask("open", { asked: this.kept.asked });
      await worker.ask("show", { records: this.kept.records });
      await worker.ask("keep");
    }

    stop() {
      for (const worker of this.workers) worker?.end();
      this.workers = [];
      this.ready = [];
    }
  }

  // --- speed: how many times longer runs take here than estimated ---

  const speed = (measured) => {
    try {
      const known = Number(localStorage.getItem("gradbook-speed")) || 1;
      if (measured === undefined) return known;
      localStorage.setItem("gradbook-speed", Math.min(100, Math.max(0.02, (known + measured) / 2)).toPrecision(3));
    } catch {
      // No memory in this browser or for files.
    }
    return 1;
  };

  // --- the page ---

  const made = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    const { data, ...plain } = properties;
    for (const [key, value] of Object.entries(plain)) {
      if (key in element && key !== "for") element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };

  let words = {};
  const say = (name, gaps = {}) =>
    Object.entries(gaps).reduce((text, [gap, value]) => text.replaceAll(`{${gap}}`, value), words[name] || name);
  const number = (value, digits = 1) => {
    const locale = document.documentElement.lang.startsWith("ar") ? "en" : document.documentElement.lang;
    return value.toLocaleString(locale, { maximumFractionDigits: digits });
  };
  const time = (seconds) => {
    if (seconds < 1) return say("run_moment");
    if (seconds < 100) return say("run_seconds", { n: number(Math.ceil(seconds), 0) });
    return say("run_minutes", { n: number(Math.ceil(seconds / 60), 0) });
  };

  // --- values of controls, and how they are written in YAML and addresses ---

  const yaml = (value) => {
    if (Array.isArray(value)) return `[${value.map(yaml).join(", ")}]`;
    if (value && typeof value === "object") {
      return `{${Object.entries(value).map(([key, of]) => `${key}: ${yaml(of)}`).join(", ")}}`;
    }
    if (typeof value === "string" && !/^[a-z_][a-z0-9_]*$/i.test(value)) return JSON.stringify(value);
    return String(value);
  };

  /* A scale from 0 to 1 for the moves of a slider; values have so few digits that they can be said. */
  const scale = (kind, [low, high]) => {
    const shown = (value) => Number(value.toPrecision(3));
    if (kind === "log") {
      const width = Math.log(high / low);
      return { at: (u) => shown(low * Math.exp(u * width)), place: (value) => Math.log(value / low) / width };
    }
    if (kind === "one_minus_log") {
      const other = scale("log", [1 - high, 1 - low]);
      return { at: (u) => Number((1 - other.at(1 - u)).toPrecision(6)), place: (value) => 1 - other.place(1 - value) };
    }
    const whole = kind === "integer" ? Math.round : shown;
    return { at: (u) => whole(low + u * (high - low)), place: (value) => (value - low) / (high - low) };
  };

  class Field {
    constructor(control, id, moved) {
      this.control = control;
      this.path = control.path;
      this.own = control.value;
      this.value = control.value;
      const [kind, range] = Object.entries(control.range)[0];
      const label = made("label", { for: id }, made("code", { textContent: control.path }));
      const only = control.only.length ? [made("span", { className: "only", textContent: say("run_only", { list: control.only.join(", ") }) })] : [];
      const set = (value) => {
        this.value = value;
        this.told(null);
        moved();
      };
      if (kind === "choice") {
        this.values = range;
        this.input = made("select", { id });
        range.forEach((value, index) => this.input.append(made("option", { value: index, textContent: yaml(value) })));
        this.input.onchange = () => set(range[this.input.value]);
        this.inputs = [this.input];
      } else {
        const { at, place } = scale(kind, range);
        const steps = kind === "integer" ? Math.max(1, Math.min(range[1] - range[0], 1000)) : 200;
        this.place = place;
        this.input = made("input", { id, type: "number", min: range[0], max: range[1], step: kind === "integer" ? 1 : "any" });
        this.slider = made("input", { type: "range", min: 0, max: steps, step: 1, "aria-label": control.path });
        this.steps = steps;
        const slid = () => {
          const value = at(this.slider.value / steps);
          this.input.value = value;
          this.slider.setAttribute("aria-valuetext", String(value));
          set(value);
        };
        this.slider.oninput = slid;
        this.input.onchange = () => {
          if (this.input.value === "") return this.show(this.value);
          this.show(Number(this.input.value));
          set(Number(this.input.value));
        };
        this.inputs = [this.slider, this.input];
      }
      this.fault = made("p", { className: "fault", id: `${id}-fault`, hidden: true, role: "alert" });
      this.element = made("div", { className: "field" }, label, ...only, made("span", { className: "inputs" }, ...this.inputs), this.fault);
      this.show(this.own);
    }

    show(value) {
      this.value = value;
      if (this.values) {
        this.input.value = this.values.findIndex((known) => yaml(known) === yaml(value));
      } else {
        this.input.value = value;
        this.slider.value = Math.round(Math.min(1, Math.max(0, this.place(value))) * this.steps);
        this.slider.setAttribute("aria-valuetext", String(value));
      }
    }

    /* Takes a value from an address; what cannot be is left for the program to refuse. */
    take(text) {
      if (this.values) {
        const known = this.values.find((value) => yaml(value).replace(/\s/g, "") === text.replace(/\s/g, ""));
        if (known === undefined) return false;
        this.show(known);
        return true;
      }
      const value = Number(text);
      const [[low, high]] = Object.values(this.control.range);
      if (text.trim() === "" || !Number.isFinite(value) || value < low || value > high) return false;
      if ("integer" in this.control.range && !Number.isInteger(value)) return false;
      this.show(value);
      return true;
    }

    get isChanged() {
      return yaml(this.value) !== yaml(this.own);
    }

    told(message) {
      this.fault.hidden = !message;
      this.fault.textContent = message || "";
      for (const input of this.inputs) {
        if (message) input.setAttribute("aria-describedby", this.fault.id);
        else input.removeAttribute("aria-describedby");
        input.setAttribute("aria-invalid", String(Boolean(message)));
      }
    }
  }

  /* Parts of a section that are computed: those of the page are put back by a reset. */
  const COMPUTED = ".plot-wide, .plot-narrow, .plot > .visually-hidden, details.numbers table, .results table, .results > .note, ul.claims";

  class Panel {
    constructor(section, button) {
      this.section = section;
      this.button = button;
      this.id = section.id.replace(/^experiment-/, "");
      this.status = made("p", { className: "status", role: "status" });
      this.progress = made("progress", { max: 1, value: 0, hidden: true });
      this.stopper = made("button", { type: "button", className: "stop", hidden: true });
      this.stopper.onclick = () => this.stop();
      this.offers = made("p", { className: "offers", hidden: true });
      this.digests = made("div", { className: "digests", hidden: true });
      this.faults = made("pre", { className: "faults", role: "alert", hidden: true });
      this.controls = made("div", { className: "controls", hidden: true });
      const going = made("p", { className: "going" }, this.progress, this.stopper);
      this.element = made("div", { className: "live" }, this.status, going, this.offers, this.digests, this.controls, this.faults);
      button.after(this.element);
      this.fields = [];
      this.stage = "fresh";
    }

    async load() {
      if (this.page) return;
      // It takes longest, and is on its way while the rest comes; what is wrong with it is told where it is waited for.
      prepared().catch(() => {});
      const own = bring(this.section.dataset.live, new URL(this.section.dataset.live, location.href.split(/[?#]/)[0]));
      const [shared, page, results] = await Promise.all([course(), own, asset("results")]);
      ({ words } = shared);
      this.results = results;
      this.page = page;
      this.pool = new Pool(page);
      this.progress.setAttribute("aria-label", say("run_loading"));
      this.stopper.textContent = say("run_stop");
      this.makeControls();
    }

    // --- what is asked for ---

    asked(isChanged) {
      const { slug, yaml: own, defaults, before, mentioned } = this.page;
      const asked = { slug, yaml: own, defaults, before, mentioned, values: [] };
      if (this.seeds) asked.seeds = this.seeds;
      if (!isChanged) return asked;
      if (this.editor) asked.yaml = this.editor.value;
      if (this.data) asked.values.push(["data.file", yaml(this.data.name)]);
      if (this.data?.target) asked.values.push(["data.target", JSON.stringify(this.data.target)]);
      for (const field of this.fields.filter((field) => field.isChanged)) asked.values.push([field.path, yaml(field.value)]);
      return asked;
    }

    get isChanged() {
      const isEdited = this.editor && this.editor.value !== this.page.yaml;
      return Boolean(isEdited || this.data || this.fields.some((field) => field.isChanged));
    }

    // --- running ---

    async press() {
      if (this.stage === "busy") return;
      this.button.disabled = true;
      this.tell(words.run_loading ? say("run_loading") : "…");
      try {
        await this.load();
        this.seeds = undefined;
        await this.start(false);
      } catch (error) {
        this.failed(error);
      }
    }

    /* Opens what is asked for and runs it, or offers to run fewer seeds where it would take long. */
    async start(isChanged, isSure = false) {
      this.stage = "busy";
      this.faults.hidden = this.offers.hidden = true;
      const opened = await this.pool.open(this.asked(isChanged));
      if (opened.said.length) return this.refuse(opened.said);
      const seconds = this.estimate(opened.runs);
      if (seconds > LONG && !isSure) return this.offer(isChanged, opened, seconds);
      await this.runAll(isChanged, opened);
    }

    estimate(runs) {
      const all = runs.reduce((sum, run) => sum + run.seconds, 0);
      const longest = Math.max(...runs.map((run) => run.seconds));
      return Math.max(longest, all / Math.min(most, runs.length)) * speed();
    }

    offer(isChanged, { runs, seeds }, seconds) {
      this.stage = "offered";
      const fits = Math.max(1, Math.floor((seeds * LONG) / seconds));
      const offer = (text, count) => {
        const button = made("button", { type: "button", textContent: text });
        button.onclick = () => {
          this.seeds = count;
          this.offers.hidden = true;
          this.start(isChanged, true).catch((error) => this.failed(error));
        };
        return button;
      };
      const all = offer(say("run_all", { time: time(seconds) }), undefined);
      const few = seeds > 1 && fits < seeds ? [offer(say("run_few", { n: fits, n_seeds: seeds, time: time((seconds * fits) / seeds) }), fits)] : [];
      this.offers.replaceChildren(...few, " ", all);
      this.offers.hidden = false;
      this.tell(say("run_long", { time: time(seconds) }));
      this.offers.querySelector("button").focus();
    }

    async runAll(isChanged, { runs, seeds }) {
      const began = performance.now();
      this.progress.value = 0;
      // What is done at once needs no bar that flashes by.
      const showing = setTimeout(() => {
        this.progress.hidden = this.stopper.hidden = false;
        this.tell(say("run_running", { n: 0, n_runs: runs.length }));
      }, 150);
      const hears = (share, ended) => {
        this.progress.value = share;
        if (!this.progress.hidden && ended !== this.ended) this.tell(say("run_running", { n: ended, n_runs: runs.length }));
        this.ended = ended;
      };
      let records;
      try {
        records = await this.pool.run(runs, hears);
      } finally {
        clearTimeout(showing);
        this.progress.hidden = this.stopper.hidden = true;
      }
      const took = (performance.now() - began) / 1000;
      if (took > 0.05) speed((took * speed()) / Math.max(1e-3, this.estimate(runs)));
      const shown = await this.pool.show(records);
      if (shown.said.length) return this.refuse(shown.said);
      if (isChanged) await this.showChanged(shown, took, seeds);
      else await this.compare(shown, runs, seeds, records);
      this.stage = "done";
    }

    /* Compares what came out with the page, run by run where it was fewer seeds. */
    async compare(shown, runs, seeds, records) {
      const all = this.page.seeds;
      const own = this.page.digests.filter((_, index) => index % all < seeds);
      const isWhole = seeds === all;
      const isSame = isWhole ? shown.digest === this.page.digest : own.every((digest, index) => digest === shown.digests[index]);
      const phrase = isSame ? (isWhole ? "run_same" : "run_same_seeds") : "run_other";
      this.tell(say(phrase, { n: seeds, n_seeds: all }), isSame ? "same" : "other");
      this.section.dataset.digest = shown.digest;
      const row = (name, digest) => made("div", {}, made("dt", { textContent: say(name) }), made("dd", {}, made("code", { className: "digest", textContent: digest })));
      const digests = isWhole ? [[this.page.digest], [shown.digest]] : [own, shown.digests];
      const list = made("dl", { className: "facts" }, row("run_of_page", digests[0].join(" ")), row("run_yours", digests[1].join(" ")));
      this.digests.replaceChildren(made("details", {}, made("summary", { textContent: say("run_digests") }), list));
      this.digests.hidden = false;
      await this.pool.keep(this.asked(false), records);
      this.button.hidden = true;
      this.controls.hidden = !this.controls.childElementCount;
      if (this.wanted) {
        this.wanted = false;
        this.stage = "busy";
        await this.start(true);
      }
    }

    // --- showing ---

    async showChanged(shown, took, seeds) {
      this.before ??= [...this.section.querySelectorAll(COMPUTED)].map((element) => [element, [...element.childNodes], element.className]);
      this.makeRoom(shown.figures);
      const charts = this.charts(shown.figures);
      // At least one, since it tells whether something is behind it.
      const soon = charts.filter(({ isSeen }, index) => isSeen || index === 0);
      for (const chart of soon) await this.draw(chart);
      this.put(shown, seeds);
      this.section.classList.add("changed");
      this.section.dataset.digest = shown.digest;
      this.mark(true);
      this.digests.hidden = true;
      const sentences = [say("run_changed", { time: time(took) })];
      if (shown.divergence) sentences.push(shown.divergence);
      if (this.section.querySelector(".plot .ghost")) sentences.push(say("run_ghosts"));
      this.tell(sentences.join(" "), shown.divergence ? "diverged" : "changed");
      this.reset.hidden = false;
      this.address();
      this.drawLater(charts.filter((chart) => !soon.includes(chart)));
    }

    /* Makes room for figures that the page has not, where a reader asks for them, and takes away what was made before for others. */
    makeRoom(names) {
      const id = (name) => `figure-${this.id}-${name}`;
      for (const plot of this.section.querySelectorAll(".plot.added")) if (!names.some((name) => plot.id === id(name))) plot.remove();
      const figure = this.section.querySelector("figure");
      for (const name of names) {
        if (!figure || document.getElementById(id(name))) continue;
        const plot = made("div", { className: "plot added", id: id(name) }, made("div", { className: "plot-wide" }), made("div", { className: "plot-narrow" }));
        figure.insertBefore(plot, figure.querySelector(":scope > figcaption"));
      }
    }

    /* The charts of the page, each once for wide columns and once for phones, in the order in which they matter to who looks at it. */
    charts(names) {
      const charts = [...this.section.querySelectorAll(".plot-wide, .plot-narrow")].map((element) => {
        const name = element.closest(".plot").id.replace(`figure-${this.id}-`, "");
        const { top, bottom, height } = element.getBoundingClientRect();
        const isSeen = height > 0 && bottom > 0 && top < innerHeight;
        return { element, figure: names.indexOf(name), isNarrow: element.className === "plot-narrow", isSeen, isShown: height > 0 };
      });
      return charts.sort((a, b) => b.isSeen - a.isSeen || b.isShown - a.isShown);
    }

    async draw({ element, figure, isNarrow }, isDue = () => true) {
      const svg = figure < 0 ? "" : await this.pool.draw(figure, isNarrow);
      if (!isDue()) return;
      element.innerHTML = svg;
      this.redrawn();
    }

    /* Draws what nobody sees yet, and fills the tables of numbers: once no control has been moved for a while, and when the page has
       nothing else to do. */
    async drawLater(charts) {
      const drawing = (this.drawing = {});
      const isDue = () => this.drawing === drawing;
      const idle = () => new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
      this.section.dataset.drawing = "";
      try {
        await new Promise((resolve) => setTimeout(resolve, STILL));
        for (const chart of charts) {
          await idle();
          if (!isDue()) return;
          await this.draw(chart, isDue);
        }
        if (!isDue()) return;
        const numbers = await this.pool.numbers();
        await idle();
        if (!isDue()) return;
        this.section.querySelectorAll("details.numbers table").forEach((table, index) => {
          if (numbers[index]) this.results.numbers(table, numbers[index]);
          else table.replaceChildren();
        });
        this.redrawn();
      } catch (error) {
        if (isDue()) this.failed(error);
      } finally {
        if (isDue()) delete this.section.dataset.drawing;
      }
    }

    /* Fills the table and the claims, which keep the page's sentences. */
    put({ results, claims }, seeds) {
      for (const alt of this.section.querySelectorAll(".plot > .visually-hidden")) alt.replaceChildren();
      const table = this.section.querySelector(".results table");
      if (table && results) this.results.results(table, results, words);
      else table?.replaceChildren();
      const note = this.section.querySelector(".results > .note");
      if (note) {
        // Tables are numbered by the page.
        const number = note.querySelector(".number-of");
        note.replaceChildren(...(number ? [number, " "] : []), results?.note ?? "");
      }
      const list = this.section.querySelector("ul.claims");
      if (!list) return;
      const isEdited = this.editor && this.editor.value !== this.page.yaml;
      const [, own] = this.before.find(([element]) => element === list);
      const sentences = isEdited ? [] : own.filter((claim) => claim.nodeType === 1).map((claim) => claim.querySelector(".says"));
      this.results.claims(list, claims, sentences, seeds === this.page.seeds, say);
    }

    redrawn() {
      document.dispatchEvent(new CustomEvent("gradbook:redrawn", { detail: this.section }));
    }

    /* Marks what keeps the page's numbers: values in prose, and figures of the author's own that use the experiment. */
    mark(isMarked) {
      for (const link of document.querySelectorAll(`a.value[href$="#experiment-${this.id}"], a.claim[href$="#experiment-${this.id}"]`)) {
        link.classList.toggle("of-page", isMarked);
      }
      const uses = new RegExp(`\\b${this.id}\\b`);
      for (const figure of document.querySelectorAll("section.experiment.figure")) {
        if (uses.test(figure.querySelector("pre code")?.textContent || "")) figure.classList.toggle("of-page", isMarked);
      }
    }

    tell(text, kind = "") {
      this.status.textContent = text;
      this.status.dataset.kind = kind;
    }

    refuse(said) {
      this.stage = "done";
      const faulty = said.filter(({ text, message, label }) => {
        const field = this.fields.find((field) => text.includes(`${field.path}:`) && field.isChanged);
        field?.told(label ? `${message} – ${label}` : message);
        return !field;
      });
      this.faults.textContent = faulty.map(({ text }) => text).join("\n\n");
      this.faults.hidden = !faulty.length;
      this.tell(say("run_refused"), "other");
      this.button.disabled = false;
    }

    failed(error) {
      if (error instanceof Stopped) return;
      this.pool?.stop();
      this.stage = "done";
      this.progress.hidden = this.stopper.hidden = true;
      this.button.disabled = false;
      const phrase = error instanceof Unable ? error.message : "run_failed";
      if (words[phrase]) return this.tell(say(phrase, { reason: error.message }), "other");
      this.tell(error.message, "other");
    }

    stop() {
      this.pool.stop();
      this.stage = "done";
      this.progress.hidden = this.stopper.hidden = true;
      this.button.disabled = false;
      this.tell(say("run_stopped"));
      if (!this.button.hidden) this.button.focus();
    }

    // --- changing ---

    makeControls() {
      const moved = () => this.moved();
      this.fields = this.page.controls.map((control, index) => new Field(control, `try-${this.id}-${index}`, moved));
      const parts = this.fields.map((field) => field.element);
      if (!this.fields.length && this.page.source) {
        this.editor = made("textarea", { spellcheck: false, rows: Math.min(24, this.page.yaml.split("\n").length + 1), value: this.page.yaml, "aria-label": say("run_edit") });
        parts.push(made("details", {}, made("summary", { textContent: say("run_edit") }), this.editor));
      }
      if (this.page.data && (this.fields.length || this.editor)) parts.push(this.dropping());
      if (!parts.length) return;
      const again = made("button", { type: "button", textContent: say("run_again") });
      again.onclick = () => this.again();
      this.reset = made("button", { type: "button", textContent: say("run_reset"), hidden: true });
      this.reset.onclick = () => {
        this.back();
        // What still runs is not to be shown.
        this.isBehind = this.stage === "busy";
      };
      const legend = made("p", { className: "legend", textContent: say("run_try") });
      this.controls.append(legend, ...parts, made("p", { className: "actions" }, again, " ", this.reset));
    }

    dropping() {
      const input = made("input", { type: "file", accept: ".csv,.tsv,.npy,.npz" });
      const target = made("select", { hidden: true, "aria-label": say("run_target") });
      const take = async (file) => {
        if (!file) return;
        const bytes = new Uint8Array(await file.arrayBuffer());
        await this.pool.add(file.name, bytes);
        this.data = { name: file.name };
        const header = new TextDecoder().decode(bytes.subarray(0, 4096)).split(/\r?\n/)[0];
        const columns = /\.csv$/i.test(file.name) ? header.split(header.includes(";") && !header.includes(",") ? ";" : ",") : [];
        target.replaceChildren(...columns.map((column) => made("option", { textContent: column.trim().replace(/^"|"$/g, "") })));
        target.selectedIndex = columns.length - 1;
        target.hidden = !columns.length;
        this.data.target = columns.length ? target.value : undefined;
        this.again();
      };
      input.onchange = () => take(input.files[0]);
      target.onchange = () => {
        this.data.target = target.value;
        this.again();
      };
      this.forget = () => {
        this.data = undefined;
        input.value = "";
        target.hidden = true;
      };
      const hasFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
      this.section.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
      this.section.addEventListener("drop", (event) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        take(event.dataTransfer.files[0]);
      });
      return made("div", { className: "field" }, made("label", {}, say("run_data"), " ", input), " ", target);
    }

    /* A control has moved: what is quick runs at every move, the rest at the press of the button. */
    moved() {
      this.address();
      const quick = this.page.seconds * speed() < AT_ONCE;
      if (this.button.hidden && quick) this.again();
    }

    async again() {
      if (this.stage === "busy") {
        this.isBehind = true;
        return;
      }
      do {
        this.isBehind = false;
        try {
          if (!this.isChanged && this.before) this.back();
          else await this.start(true);
        } catch (error) {
          return this.failed(error);
        }
      } while (this.isBehind);
    }

    back() {
      for (const field of this.fields) {
        field.show(field.own);
        field.told(null);
      }
      if (this.editor) this.editor.value = this.page.yaml;
      this.forget?.();
      this.drawing = undefined;
      delete this.section.dataset.drawing;
      this.makeRoom([]);
      for (const [element, own, className] of this.before ?? []) {
        element.replaceChildren(...own);
        element.className = className;
      }
      this.redrawn();
      this.section.classList.remove("changed");
      this.section.dataset.digest = this.page.digest;
      this.mark(false);
      this.faults.hidden = this.offers.hidden = true;
      this.reset.hidden = true;
      this.digests.hidden = false;
      this.tell(say("run_back"));
      this.address();
    }

    /* The address keeps what the controls changed. */
    address() {
      const changed = this.fields.filter((field) => field.isChanged);
      const values = changed.map((field) => `${field.path}=${encodeURIComponent(yaml(field.value))}`).join("&");
      const hash = values ? `#experiment-${this.id}?${values}` : "";
      try {
        history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
      } catch {
        // Some browsers refuse it for files.
      }
    }

    /* Fills the controls from an address; nothing runs before the press. */
    async fill(values) {
      try {
        await this.load();
      } catch (error) {
        return this.failed(error);
      }
      const unknown = [];
      for (const [path, text] of values) {
        const field = this.fields.find((field) => field.path === path);
        if (!field?.take(text)) unknown.push(`${path}: ${text}`);
      }
      this.wanted = this.fields.some((field) => field.isChanged);
      this.controls.hidden = !this.fields.length;
      if (unknown.length) this.tell(say("run_unknown", { path: unknown.join(", ") }), "other");
    }
  }

  const panels = new Map();
  const panel = (section, button) => {
    if (!panels.has(section)) panels.set(section, new Panel(section, button));
    return panels.get(section);
  };

  window.gradbookLive = {
    take: (name, what) => brought.set(name, what),
    press: (section, button) => panel(section, button).press(),
    fill: (section, button, values) => panel(section, button).fill(values),
  };
})();
