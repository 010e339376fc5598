// Wires the data, the drawing, the panel, the search and the legend together.

const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// What hangs on each node, looked up once.
const index = { facts: {}, results: {}, byType: {}, ends: DATA.visEdges.map((e) => [e.from, e.to]), lines: {} };
index.readers = [...new Set([...DATA.facts, ...DATA.results].map((item) => item.reader))].filter(Boolean);
const add = (map, key, value) => { (map[key] = map[key] || []).push(value); };
DATA.nodes.forEach((node, i) => add(index.byType, node.type, i));
for (const list of Object.values(index.byType)) list.sort((a, b) => DATA.nodes[b].degree - DATA.nodes[a].degree || a - b);
DATA.facts.forEach((f) => { for (const i of new Set([f.head, f.tail])) add(index.facts, i, f); });
DATA.results.forEach((r) => { for (const i of new Set([r.from, r.subject, r.benchmark, r.metric, r.versus])) if (i !== null) add(index.results, i, r); });
index.ends.forEach(([a, b], line) => { add(index.lines, a, line); add(index.lines, b, line); });

const hiddenTypes = new Set();
const isShown = (i) => !hiddenTypes.has(DATA.nodes[i].type);
const isLineShown = (line) => index.ends[line].every(isShown);
const colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ground", "text", "muted", "line", "faint", "strong", "outline"]) colours[name] = style.getPropertyValue(`--${name}`).trim();
}

function hint(node) {
  const papers = node.count ? ` · in ${node.count} paper${node.count === 1 ? "" : "s"}` : "";
  const box = make("div", { class: "hint" }, make("b", {}, node.name), make("span", {}, `${node.type}${papers} · ${node.degree} link${node.degree === 1 ? "" : "s"}`));
  return box;
}

function paint(node) {
  const fill = DATA.types[DATA.nodes[node.id].type].color, border = colours.outline;
  const lit = { background: fill, border: colours.strong };
  return { id: node.id, color: { background: fill, border, highlight: lit, hover: lit } };
}

function paintLine(edge) {
  const rest = edge.quiet ? colours.faint : colours.line;
  return { id: edge.id, color: { color: rest, highlight: colours.strong, hover: colours.strong, inherit: false } };
}

readColours();
const nodes = new vis.DataSet(DATA.visNodes.map(({ label, ...node }) => ({ ...node, ...paint(node), title: hint(DATA.nodes[node.id]) })));
const edges = new vis.DataSet(DATA.visEdges.map((edge) => ({
  ...edge, ...paintLine(edge), width: edge.quiet ? 1 : 1.6,
  arrows: Object.fromEntries(edge.arrows.split(", ").map((end) => [end, { enabled: true, scaleFactor: 0.45 }])),
  title: make("div", { class: "hint" }, make("b", {}, DATA.lines[edge.id]), make("span", {}, "Click for the sentences")),
})));
const network = new vis.Network(byId("graph"), { nodes, edges }, DATA.options);
network.canvas.frame.tabIndex = 0;
network.canvas.frame.setAttribute("aria-label", "The drawing. Arrow keys move it, + and - zoom. Every node is also in the lists of the panel.");
network.canvas.frame.setAttribute("role", "img");
const labels = new Labels(network, {
  nodes: DATA.nodes, lines: DATA.lines, centre: DATA.centre, colours, isShown, isLineShown,
  ends: (line) => index.ends[line],
  isQuiet: (line) => DATA.visEdges[line].quiet,
  position: (i) => network.body.nodes[i],
  size: (i) => DATA.visNodes[i].size,
});

const view = {
  show(parts, focus) {
    const panel = byId("panel");
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
    if (focus) panel.querySelector("h2").focus({ preventScroll: true });
  },
  back: () => make("button", { type: "button", class: "back", onclick: () => view.openOverview(true) }, "← Overview"),
  openOverview(focus) {
    network.unselectAll();
    labels.choose([], []);
    network.redraw();
    this.show(overview(), focus);
  },
  openNode(i, { move = true, focus = true } = {}) {
    if (!isShown(i)) toggleType(DATA.nodes[i].type);
    const lines = index.lines[i] || [];
    network.selectNodes([i]);
    labels.choose([i, ...lines.flatMap((line) => index.ends[line])], lines.length <= 40 ? lines : []);
    if (move) network.focus(i, { scale: Math.max(network.getScale(), 0.8), animation: false });
    network.redraw();
    this.show([this.back(), ...nodePanel(i)], focus);
  },
  openLine(line, { focus = true } = {}) {
    network.setSelection({ nodes: [], edges: [line] }, { highlightEdges: false });
    labels.choose(index.ends[line], [line]);
    network.redraw();
    this.show([this.back(), ...linePanel(line)], focus);
  },
};

network.on("click", ({ nodes: [node], edges: [line] }) => {
  if (node !== undefined) view.openNode(node, { move: false, focus: false });
  else if (line !== undefined) view.openLine(line, { focus: false });
  else view.openOverview(false);
});

function toggleType(type) {
  if (!hiddenTypes.delete(type)) hiddenTypes.add(type);
  byId("legend").querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(!hiddenTypes.has(b.dataset.type))));
  nodes.update(index.byType[type].map((id) => ({ id, hidden: hiddenTypes.has(type) })));
  edges.update(DATA.visEdges.map(({ id }) => ({ id, hidden: !isLineShown(id) })));
}

for (const [type, { count, doc }] of Object.entries(DATA.types)) {
  byId("legend").append(make("button", { type: "button", "aria-pressed": "true", "data-type": type, title: doc, onclick: () => toggleType(type) },
    shapeIcon(type), `${type} ${count.toLocaleString("en")}`));
}

// Search by name, alias or key; accents and case do not matter.
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const folded = DATA.nodes.map((n) => [n.name, ...(n.aliases || []), n.key].map(fold));
let hits = [], at = 0;

function search(text) {
  const wanted = fold(text.trim());
  const score = (names) => Math.min(...names.map((n) => (n === wanted ? 0 : n.startsWith(wanted) ? 1 : n.includes(wanted) ? 2 : 9)));
  hits = !wanted ? [] : folded.map((names, i) => [score(names), -DATA.nodes[i].degree, i]).filter(([s]) => s < 9)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, 12).map(([, , i]) => i);
  at = 0;
  const list = byId("hits");
  list.replaceChildren(...hits.map((i, k) => make("li", { role: "option", id: `hit${k}`, onmousedown: (event) => { event.preventDefault(); take(k); } },
    shapeIcon(DATA.nodes[i].type), make("span", {}, DATA.nodes[i].name), make("span", { class: "kind" }, DATA.nodes[i].type))));
  if (wanted && !hits.length) list.append(make("li", {}, "Nothing of that name on this page."));
  list.hidden = !wanted;
  byId("search").setAttribute("aria-expanded", String(!list.hidden));
  mark();
}

function mark() {
  byId("hits").querySelectorAll("[role=option]").forEach((item, k) => {
    item.setAttribute("aria-selected", String(k === at));
    if (k === at) item.scrollIntoView({ block: "nearest" });
  });
  if (hits.length) byId("search").setAttribute("aria-activedescendant", `hit${at}`);
  else byId("search").removeAttribute("aria-activedescendant");
}

function close() {
  byId("hits").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
}

function take(k) {
  if (hits[k] === undefined) return;
  close();
  view.openNode(hits[k]);
}

byId("search").addEventListener("input", (event) => search(event.target.value));
byId("search").addEventListener("blur", close);
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    at = (at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % Math.max(hits.length, 1);
    mark();
  } else if (event.key === "Enter") take(at);
  else if (event.key === "Escape") close();
});

// Light or dark: as the system has it, until the button says otherwise.
const system = matchMedia("(prefers-color-scheme: dark)");
function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", dark ? "Change to light colours" : "Change to dark colours");
  readColours();
  nodes.update(DATA.visNodes.map(paint));
  edges.update(DATA.visEdges.map(paintLine));
}
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
system.addEventListener("change", () => setTheme(system.matches));

const zoom = (factor) => network.moveTo({ scale: network.getScale() * factor, animation: false });
byId("closer").addEventListener("click", () => zoom(1.4));
byId("farther").addEventListener("click", () => zoom(1 / 1.4));
byId("fit").addEventListener("click", () => network.fit({ animation: false }));

setTheme(system.matches);
network.fit({ animation: false });
if (DATA.centre.length === 1) view.openNode(DATA.centre[0], { move: false, focus: false });
else view.openOverview(false);
document.documentElement.dataset.ready = "true";
