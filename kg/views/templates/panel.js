// The panel beside the graph. Text goes in as text only: nothing here ever parses HTML.

const FIRST = 20; // items of a list shown before "show all"

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

function shapeIcon(type) {
  const { shape, color } = DATA.types[type], NS = "http://www.w3.org/2000/svg";
  const polygon = (n, turn, inner) => Array.from({ length: inner ? 2 * n : n }, (_, i) => {
    const angle = turn + (i * Math.PI * 2) / (inner ? 2 * n : n), r = inner && i % 2 ? 3 : 7;
    return `${(7 + r * Math.sin(angle)).toFixed(2)},${(7 - r * Math.cos(angle)).toFixed(2)}`;
  }).join(" ");
  const points = {
    diamond: polygon(4, 0), square: "1,1 13,1 13,13 1,13", triangle: polygon(3, 0), triangleDown: polygon(3, Math.PI),
    star: polygon(5, 0, true), hexagon: polygon(6, Math.PI / 2),
  }[shape];
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(NS, points ? "polygon" : "circle");
  const given = points ? { points } : { cx: 7, cy: 7, r: 6 };
  for (const [name, value] of Object.entries({ ...given, fill: color })) drawn.setAttribute(name, value);
  svg.append(drawn);
  return svg;
}

function nodeButton(i, text) {
  const node = DATA.nodes[i];
  return make("button", { type: "button", class: "node", title: node.type, onclick: () => view.openNode(i) },
    shapeIcon(node.type), make("span", {}, text || node.name));
}

// A list cut after its first items, with a button for the rest.
function longList(items, build) {
  const list = make("ul", {}, items.slice(0, FIRST).map(build));
  if (items.length <= FIRST) return [list];
  const more = make("button", { type: "button", class: "more", onclick: () => {
    list.append(...items.slice(FIRST).map(build));
    more.remove();
  } }, `Show all ${items.length}`);
  return [list, more];
}

function namesOf(i) {
  const node = DATA.nodes[i];
  return node.type === "Paper" ? [] : [node.name, ...(node.aliases || [])];
}

// The sentence with the names marked: longest first, whole words, whatever their case.
function quote(sentence, names) {
  const box = make("blockquote", {});
  const wanted = [...new Set(names.filter(Boolean))].sort((a, b) => b.length - a.length)
    .map((n) => n.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  if (!wanted.length) { box.append(sentence); return box; }
  const found = new RegExp(`(?<![\\p{L}\\p{N}])(?:${wanted.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  let at = 0;
  for (const match of sentence.matchAll(found)) {
    box.append(sentence.slice(at, match.index), make("mark", {}, match[0]));
    at = match.index + match[0].length;
  }
  box.append(sentence.slice(at));
  return box;
}

// One saying: the sentence, how sure, who says it (not again where that paper is one of the ends).
function saying(item, names) {
  const parts = [];
  if (item.sentence !== null) parts.push(quote(DATA.sentences[item.sentence], names));
  else parts.push(make("p", { class: "muted" }, "No sentence is recorded for this."));
  const source = item.paper === null ? null : DATA.papers[item.paper];
  const paper = source && source.node !== null && source.node === item.head ? null : source, from = make("p", { class: "from" });
  if (paper) {
    const title = paper.title + (paper.year ? ` (${paper.year})` : "");
    from.append(paper.url ? make("a", { href: paper.url, target: "_blank", rel: "noopener noreferrer" }, title) : title);
  }
  const facts = [];
  if (item.confidence !== null) facts.push(`confidence ${item.confidence.toFixed(2)}`);
  if (item.reader && index.readers.length > 1) facts.push(`read by ${item.reader}`);
  if (facts.length) from.append((paper ? " · " : "") + facts.join(" · "));
  if (from.childNodes.length) parts.push(from);
  return parts;
}

function factNames(fact) {
  return [...namesOf(fact.head), ...namesOf(fact.tail), ...(fact.forms || [])];
}

function outcomeTag(fact, seenFromHead) {
  if (!fact.outcome || fact.outcome === "unknown") return null;
  return make("span", { class: "tag" }, (seenFromHead ? "" : "this one is ") + fact.outcome);
}

function results(rows, self) {
  const cell = (row, part) => {
    if (row[part] !== null) return row[part] === self ? make("span", {}, "this") : nodeButton(row[part], DATA.nodes[row[part]].label);
    return (row.names && row.names[part]) || "";
  };
  const shown = [["subject", "Who"], ["benchmark", "On"], ["metric", "Metric"]]
    .filter(([part]) => rows.some((row) => (row[part] !== null && row[part] !== self) || (row.names && row.names[part])));
  const build = (row) => {
    const names = ["subject", "benchmark", "metric", "versus"].flatMap((p) => (row[p] === null ? [] : namesOf(row[p])));
    const detail = make("tr", { hidden: "" }, make("td", { colspan: shown.length + 1 }, saying(row, [row.value, ...names])));
    const button = make("button", { type: "button", "aria-expanded": "false", title: "Show the sentence", onclick: () => {
      detail.hidden = !detail.hidden;
      button.setAttribute("aria-expanded", String(!detail.hidden));
    } }, row.value || "?");
    const beside = [];
    if (row.qualifier) beside.push(make("div", { class: "muted" }, row.qualifier));
    if (row.versus !== null && row.versus !== self) beside.push(make("div", { class: "muted" }, `against ${DATA.nodes[row.versus].label}`));
    else if (row.versus !== null) beside.push(make("div", { class: "muted" }, "against this"));
    const cells = shown.map(([part], k) => make("td", {}, cell(row, part), k ? null : beside));
    return [make("tr", {}, make("td", { class: "value" }, button, shown.length ? null : beside), cells), detail];
  };
  const body = make("tbody", {}, rows.slice(0, FIRST).flatMap(build));
  const head = make("thead", {}, make("tr", {}, ["Value", ...shown.map(([, text]) => text)].map((t) => make("th", { scope: "col" }, t))));
  const parts = [make("table", {}, head, body)];
  if (rows.length > FIRST) {
    const more = make("button", { type: "button", class: "more", onclick: () => {
      body.append(...rows.slice(FIRST).flatMap(build));
      more.remove();
    } }, `Show all ${rows.length}`);
    parts.push(more);
  }
  return parts;
}

function nodePanel(i) {
  const node = DATA.nodes[i], parts = [];
  parts.push(make("div", { class: "kind" }, shapeIcon(node.type), node.type,
    node.count ? ` · in ${node.count} paper${node.count === 1 ? "" : "s"}` : null));
  parts.push(make("h2", { tabindex: "-1" }, node.name));
  const also = (node.aliases || []).filter((alias) => alias !== node.name);
  if (also.length) parts.push(make("p", { class: "muted" }, `Also written ${also.slice(0, 12).join(", ")}${also.length > 12 ? ", …" : ""}`));
  if (node.withdrawn) parts.push(make("p", { class: "note" }, "This paper was withdrawn."));
  if (node.url) parts.push(make("p", {}, make("a", { href: node.url, target: "_blank", rel: "noopener noreferrer" }, node.url)));
  const dates = [node.published && `published ${node.published}`, node.listed && `listed ${node.listed}`].filter(Boolean);
  if (dates.length) parts.push(make("p", { class: "muted" }, dates.join(" · ")));
  if (node.authors) parts.push(make("p", { class: "muted" }, node.authors.slice(0, 12).join(", ") + (node.authors.length > 12 ? ", …" : "")));
  if (node.abstract) parts.push(make("details", {}, make("summary", {}, "Abstract"), make("p", { class: "abstract" }, node.abstract)));
  const rows = index.results[i] || [];
  if (rows.length) parts.push(make("h3", {}, `results (${rows.length})`), ...results(rows, i));
  for (const [relation, phrases] of Object.entries(DATA.phrases)) {
    for (const forward of [true, false]) {
      const facts = (index.facts[i] || []).filter((f) => f.relation === relation && (forward ? f.head : f.tail) === i);
      if (facts.length) parts.push(...group(phrases[forward ? 0 : 1], facts, forward));
    }
  }
  if (!rows.length && !(index.facts[i] || []).length) parts.push(make("p", { class: "muted" }, "Nothing else on this page is joined to it."));
  return parts;
}

// The facts of one relation, those about the same node together.
function group(heading, facts, forward) {
  const others = new Map();
  for (const fact of facts) {
    const other = forward ? fact.tail : fact.head;
    if (!others.has(other)) others.set(other, []);
    others.get(other).push(fact);
  }
  const build = ([other, said]) => {
    const outcome = said.every((f) => f.outcome === said[0].outcome) ? outcomeTag(said[0], forward) : null;
    const each = said.map((fact) => [outcome ? null : outcomeTag(fact, forward), ...saying(fact, factNames(fact))]);
    return make("li", {}, nodeButton(other), outcome, each.flat());
  };
  const sorted = [...others].sort((a, b) => b[1].length - a[1].length || DATA.nodes[b[0]].degree - DATA.nodes[a[0]].degree);
  return [make("h3", {}, `${heading} (${others.size})`), ...longList(sorted, build)];
}

function linePanel(line) {
  const [a, b] = index.ends[line], facts = DATA.facts.filter((f) => f.line === line);
  const rows = DATA.results.filter((r) => r.line === line);
  const parts = [make("div", { class: "kind" }, `${facts.length + rows.length} between`),
    make("h2", { tabindex: "-1" }, nodeButton(a), " and ", nodeButton(b))];
  if (rows.length) parts.push(make("h3", {}, `results (${rows.length})`), ...results(rows, null));
  const order = Object.keys(DATA.phrases);
  facts.sort((x, y) => order.indexOf(x.relation) - order.indexOf(y.relation));
  if (facts.length) {
    parts.push(make("h3", {}, `facts (${facts.length})`));
    parts.push(...longList(facts, (fact) => make("li", {},
      make("span", {}, make("b", {}, DATA.nodes[fact.head].label), ` ${DATA.phrases[fact.relation][0]} `,
        make("b", {}, DATA.nodes[fact.tail].label)),
      outcomeTag(fact, true), saying(fact, factNames(fact)))));
  }
  return parts;
}

function overview() {
  const parts = [make("h2", { tabindex: "-1" }, DATA.title),
    make("p", {}, `${DATA.nodes.length.toLocaleString("en")} nodes, ${DATA.facts.length.toLocaleString("en")} facts, ${DATA.results.length.toLocaleString("en")} results.`),
    index.readers.length ? make("p", { class: "muted" }, `Read by ${index.readers.join(", ")}.`) : null,
    ...DATA.notes.map((note) => make("p", { class: "note" }, note)),
    make("p", { class: "muted" }, "Click a node or a line to see what is said about it, sentence by sentence. Drag to move, scroll to zoom; zooming in shows more names.")];
  for (const type of Object.keys(DATA.types)) {
    const members = index.byType[type];
    const opened = make("details", {}, make("summary", {}, shapeIcon(type), ` ${type} (${members.length.toLocaleString("en")})`));
    // Filled when opened: thousands of buttons would slow the page for those who never look.
    opened.addEventListener("toggle", () => {
      if (opened.children.length === 1) {
        if (DATA.types[type].doc) opened.append(make("p", { class: "muted" }, DATA.types[type].doc));
        opened.append(...longList(members, (i) => make("li", {}, nodeButton(i))));
      }
    });
    parts.push(opened);
  }
  return parts.filter(Boolean);
}
