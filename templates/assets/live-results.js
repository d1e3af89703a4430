// Puts the table, the claims and the numbers of an experiment that was run here in the place of the page's, in the elements and classes
// of `experiment.html`. `live.js` loads it.
(() => {
  "use strict";

  const made = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (!value) continue;
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };
  const line = (...cells) => made("tr", {}, ...cells);
  const span = (className, ...children) => made("span", { className }, ...children);
  const isNumber = ({ numeric }) => numeric && "number";

  const heading = (column) =>
    column.label ? made("th", { scope: "col", className: isNumber(column), title: column.explanation }, column.label) : made("td");

  /* The numbers of one panel; a table stays the element that it was. */
  const numbers = (table, { caption, columns, rows }) => {
    const row = (cells) => line(...cells.map((cell, index) => made("td", { className: isNumber(columns[index]) }, cell)));
    table.replaceChildren(
      made("caption", { className: "visually-hidden" }, caption),
      made("thead", {}, line(...columns.map(heading))),
      made("tbody", {}, ...rows.map(row)),
    );
  };

  /* The results, a row for each variant. */
  const results = (table, { axis, columns, rows }, words) => {
    const cell = ({ text, pad, spread, range, exact, best }, column) => {
      const shown = span("shown", text, ...(pad ? [span("pad", pad)] : []), "\n");
      if (column.spread_width) {
        const room = span("spread", spread ? `± ${spread}` : "");
        room.style.width = `${column.spread_width + 2}ch`;
        shown.append(room, "\n");
      }
      if (range) shown.append(span("range", range), "\n");
      if (best) shown.append(span("visually-hidden", `(${words.best})`), "\n");
      const classes = [isNumber(column), best && "best"].filter(Boolean).join(" ");
      return made("td", { className: classes, "data-label": column.label, title: exact }, shown);
    };
    const row = ({ label, cells }) => line(made("th", { scope: "row" }, label), ...cells.map((one, index) => cell(one, columns[index])));
    table.replaceChildren(
      made("thead", {}, line(axis ? made("th", { scope: "col" }, axis) : made("td"), ...columns.map(heading))),
      made("tbody", {}, ...rows.map(row)),
    );
  };

  /* The claims with their verdicts; of fewer seeds than the page has it is told in how many they hold, and no more. Sentences are
     those of the page, as far as there are any. */
  const claims = (list, all, sentences, isWhole, say) => {
    const isOpen = [...list.querySelectorAll("details.claimed")].map((details) => details.open);
    const item = (claim, index) => {
      const { holds, held, seeds, required, that } = claim;
      const needed = required < seeds ? "needed" : "in";
      const phrase = (holds ? "held" : "failed") + (seeds > 1 ? `_${needed}` : "");
      const verdict = say(phrase, { n: held, n_seeds: seeds, n_needed: required });
      const says = span("says");
      if (sentences[index]) says.append(...sentences[index].cloneNode(true).childNodes);
      else says.innerHTML = claim.says_html;
      const evidence = span("evidence", claim.evidence || "");
      for (const doubt of claim.doubts) {
        if (evidence.childNodes.length) evidence.append(" · ");
        evidence.append(span("doubt", doubt));
      }
      const isTold = evidence.textContent !== "";
      const marks = () => claim.by_seed.map((holds) => made("i", { className: !holds && "not" }));
      const judged = !isWhole
        ? span("verdict", say("run_claims", { n: held, n_seeds: seeds }))
        : seeds > 1 && seeds <= 30
          ? made("span", { className: "seeds verdict", role: "img", "aria-label": verdict, title: verdict }, ...marks())
          : span("verdict", verdict);
      judged.dataset.held = held;
      const grounds = made("div", { className: "grounds" }, made("p", {}, `${say("judged")}: `, made("code", {}, that)));
      if (seeds > 1 && isWhole) grounds.append(made("p", {}, `${verdict}. ${claim.has_interval ? say("interval_is") : ""}`));
      const summary = made("summary", {}, span("line", says, "\n", ...(isTold ? [evidence] : [])), "\n", judged);
      const className = isWhole ? (!holds ? "fails" : held === seeds ? "holds" : "mostly") : "open";
      return made("li", { className }, made("details", { className: "claimed", open: isOpen[index] }, summary, grounds));
    };
    list.replaceChildren(...all.map(item));
  };

  window.gradbookLive.take("results", { numbers, results, claims });
})();
