// Finds sections of the course: stemmed in the language of the page, with typing mistakes, synonyms and British spelling.
// `stem` is a function of one word, `synonyms` lists of names of one thing, `sections` what can be found.
const gradbookSearch = (sections, synonyms, stem, language) => {
  "use strict";
  const QUESTION = "a about am an and any are as at be been between but by can could did difference do does doing explain for from get good got had has have how i if in into is it its just like me mean means my need not of on or our shall should so some such than that the their them then there these they this those to use used using want was we were what when where which who why will with work works would you your";
  const STOPPED = new Set(language === "en" ? QUESTION.split(" ") : []);
  const BRITISH = [[/is(e|ed|es|er|ers|ing|ation|ations)$/, "iz$1"], [/our(s|ed|ing|al)?$/, "or$1"], [/([^l])lling$/, "$1ling"]];
  const KEPT = /^(exercis|precis|nois|rais|otherwis|likewis|advis|revis|surpris|compris|promis|wis|aris|four|hour|our|your|tour|pour|sour|neighbour)/;

  // Formulas say λ, readers "lambda"; not where the language itself is written so.
  const GREEK = { α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", η: "eta", θ: "theta", λ: "lambda", μ: "mu", ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ω: "omega" };
  const named = (text) => (language === "el" ? text : text.replace(/[αβγδεηθλμρστφω]/g, (letter) => ` ${GREEK[letter]} `));
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const americanized = (word) => {
    if (language !== "en" || KEPT.test(word)) return word;
    return BRITISH.reduce((word, [from, to]) => word.replace(from, to), word);
  };
  const HAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
  // Words as they stand; of scripts without blanks every two signs that are neighbours; of `mini-batch` also `minibatch`.
  const words = (text) => {
    const found = [];
    for (const [piece] of named(fold(text)).matchAll(/[\p{L}\p{N}]+(?:[-\u2010\u2011][\p{L}\p{N}]+)*/gu)) {
      const parts = piece.split(/[-\u2010\u2011]/);
      for (const part of parts) {
        if (!HAN.test(part)) found.push(part);
        else if (part.length === 1) found.push(part);
        else for (let at = 0; at + 1 < part.length; at++) found.push(part.slice(at, at + 2));
      }
      if (parts.length > 1) found.push(parts.join(""));
    }
    return found;
  };
  const known = new Map();
  const term = (word) => {
    if (STOPPED.has(word)) return null;
    if (!known.has(word)) known.set(word, /\p{N}/u.test(word) || HAN.test(word) ? word : stem(americanized(word)));
    return known.get(word);
  };
  const terms = (text) => words(text).map(term).filter((found) => found !== null);

  const FIELDS = { title: 7, head: 6, tags: 5, summary: 3, text: 1 };
  const index = new MiniSearch({
    fields: Object.keys(FIELDS),
    extractField: (section, field) => (field === "tags" ? section.tags.join(" ") : section[field]),
    tokenize: words,
    processTerm: term,
    idField: "id",
  });
  sections.forEach((section, id) => { section.id = id; });
  index.addAll(sections);
  // The words of each section in their order: names of several words are looked for as they stand.
  const orders = sections.map((section) => [section.title, section.head, ...section.tags, section.summary, section.text].flatMap((text) => [...terms(text), ""]));

  const groups = synonyms.map((group) => group.map((name) => ({ name, terms: terms(name) })).filter((one) => one.terms.length));
  const holds = (all, part) => all.some((_, at) => part.every((one, index) => all[at + index] === one));

  /** Returns the sections that answer a query, best first; of one page at most two. */
  const find = (query, most = 8) => {
    const asked = terms(query);
    if (!asked.length) return [];
    const options = {
      boost: FIELDS,
      combineWith: "OR",
      // The last word may not be whole yet.
      prefix: (word, at, all) => word.length > 3 || (at === all.length - 1 && word.length > 1),
      fuzzy: (word) => (/\p{N}/u.test(word) ? 0 : word.length > 7 ? 2 : word.length > 3 ? 1 : 0),
      maxFuzzy: 2,
      weights: { fuzzy: 0.25, prefix: 0.45 },
    };
    const scores = new Map();
    const met = new Map();
    const add = (query, settings, factor) => {
      const name = terms(query);
      for (const { id, score, terms } of index.search(query, { ...options, ...settings })) {
        const apart = holds(orders[id], name) ? 1 : 0.3;
        scores.set(id, Math.max(scores.get(id) ?? 0, score * factor * apart));
        met.set(id, [...(met.get(id) ?? []), ...terms]);
      }
    };
    // By other names of what is asked for. The best of them counts: a group of many names is no better than one of few.
    const exact = { combineWith: "AND", fuzzy: false, prefix: false };
    for (const group of groups) {
      const said = group.filter((one) => holds(asked, one.terms));
      if (!said.length) continue;
      const most = Math.max(...said.map((one) => one.terms.length));
      // "Data augmentation" is about augmentation, however often a page says "data".
      for (const one of group) if (!said.includes(one) || one.terms.length < most) add(one.name, exact, most > 1 ? 0.7 : 0.4);
    }
    // "RMS prop" is RMSprop.
    const typed = words(query);
    for (let at = 0; at + 1 < typed.length; at++) add(typed[at] + typed[at + 1], exact, 1);
    // What has all of the words is better than what has one of them often.
    const whole = index.search(query, options);
    for (const { id, score, terms, queryTerms } of whole) {
      const had = new Set(queryTerms);
      const share = asked.filter((one) => had.has(one)).length / asked.length;
      const together = asked.length > 1 && holds(orders[id], asked) ? 1.6 : 1;
      scores.set(id, (scores.get(id) ?? 0) + score * together * (0.15 + share ** 2));
      met.set(id, [...(met.get(id) ?? []), ...terms]);
    }
    const ranked = [...scores].map(([id, score]) => ({ section: sections[id], score, terms: met.get(id) }));
    // A page of which much is about it goes before one that mentions it.
    const best = new Map();
    for (const one of ranked) best.set(one.section.slug, (best.get(one.section.slug) ?? 0) + one.score ** 2);
    for (const one of ranked) one.score += 0.6 * Math.sqrt(best.get(one.section.slug));
    ranked.sort((a, b) => b.score - a.score || a.section.id - b.section.id);
    const shown = new Map();
    return ranked.filter(({ section }) => {
      const before = shown.get(section.slug) ?? 0;
      shown.set(section.slug, before + 1);
      return before < 2;
    }).slice(0, most);
  };

  /** Returns about so many characters of a section around what was found, in pieces of `[text, whether it was found]`. */
  const excerpt = ({ section, terms: met }, most = 150) => {
    const hits = new Set(met);
    const text = section.text || section.summary;
    const pieces = [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => ({ from: match.index, to: match.index + match[0].length, hit: hits.has(term(fold(match[0]))) }));
    const first = pieces.filter((piece) => piece.hit);
    // Where most of what was found stands together.
    const near = (start) => first.filter((piece) => piece.from >= start.from && piece.to <= start.from + most * 0.7).length;
    const start = first.reduce((best, piece) => (best && near(best) >= near(piece) ? best : piece), null);
    let from = Math.max(0, (start?.from ?? 0) - 40);
    if (from > 0) from = text.indexOf(" ", from) + 1;
    let to = Math.min(text.length, from + most);
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), start?.to ?? from);
    const cut = [];
    let at = from;
    if (from > 0) cut.push(["… ", false]);
    for (const piece of first.filter((piece) => piece.from >= from && piece.to <= to)) {
      if (piece.from > at) cut.push([text.slice(at, piece.from), false]);
      cut.push([text.slice(piece.from, piece.to), true]);
      at = piece.to;
    }
    if (at < to) cut.push([text.slice(at, to).replace(/[\s,;:–-]+$/, ""), false]);
    if (to < text.length) cut.push([" …", false]);
    return cut;
  };

  return { find, excerpt };
};
