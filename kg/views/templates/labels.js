"use strict";
// Labels are drawn by hand: always at a legible size, never over each other, the best connected nodes first.
// Zooming in makes room for more of them.

const NODE_FONT = 13, LINE_FONT = 12;
const CROWDED = 0.4, ALWAYS = 25; // below that scale so many names are shown even where they cover something

class Labels {
  constructor(network, graph) {
    this.network = network;
    this.graph = graph; // {nodes, lines, centre, isShown(i), isLineShown(i)}
    this.pinned = new Set(graph.centre); // what the page was asked for is named whatever lies under it
    this.widths = new Map();
    // Papers come last: their titles are long, and what they share tells more.
    const late = (i) => graph.nodes[i].type === "Paper";
    this.order = graph.nodes.map((_, i) => i)
      .sort((a, b) => late(a) - late(b) || graph.nodes[b].degree - graph.nodes[a].degree || a - b);
    this.chosen = new Set(); // nodes that come first: the selected one and its neighbours
    this.chosenLines = [];
    network.on("afterDrawing", (context) => this.draw(context));
  }

  choose(nodes, lines) {
    this.chosen = new Set(nodes);
    this.chosenLines = lines;
  }

  draw(context) {
    const canvas = context.canvas, ratio = canvas.width / canvas.clientWidth || 1;
    const wide = canvas.clientWidth, high = canvas.clientHeight;
    const scale = this.network.getScale();
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = this.graph.colours.ground;
    const taken = new Boxes(), firm = new Boxes();
    for (const boxes of [taken, firm]) boxes.add(0, 0, 140, 50); // the zoom buttons
    const write = (text, left, top, w, h) => {
      taken.add(left, top, w, h);
      firm.add(left, top, w, h);
      context.strokeText(text, left + w / 2, top + h / 2);
      context.fillText(text, left + w / 2, top + h / 2);
    };
    const inside = (p) => p.x > -60 && p.y > -20 && p.x < wide + 60 && p.y < high + 20;
    const places = new Map();
    const place = (i) => {
      if (!places.has(i)) places.set(i, this.network.canvasToDOM(this.graph.position(i)));
      return places.get(i);
    };
    const visible = this.order.filter((i) => this.graph.isShown(i) && inside(place(i)));
    const box = (i) => { const r = Math.max(this.graph.size(i) * scale, 2); return [place(i).x - r, place(i).y - r, 2 * r, 2 * r]; };
    visible.forEach((i) => taken.add(...box(i)));
    context.fillStyle = this.graph.colours.text;
    const first = (i) => this.pinned.has(i) || this.chosen.has(i);
    [...visible.filter(first), ...visible.filter((i) => !first(i))].forEach((i, rank) => {
      context.font = `${first(i) ? "600 " : ""}${NODE_FONT}px system-ui, sans-serif`;
      const text = this.graph.nodes[i].label, w = this.width(context, text) + 6, h = NODE_FONT + 4;
      const { x, y } = place(i), r = this.graph.size(i) * scale + 1;
      const spots = [[x - w / 2, y + r], [x - w / 2, y - r - h], [x + r, y - h / 2], [x - r - w, y - h / 2]]
        .filter(([left, top]) => left > 0 && top > 0 && left + w < wide && top + h < high);
      firm.add(...box(i));
      // Where it is crowded, the names that matter most may lie over smaller nodes.
      const spot = (this.pinned.has(i) && spots.find(([left, top]) => firm.free(left, top, w, h)))
        || spots.find(([left, top]) => taken.free(left, top, w, h))
        || (rank < ALWAYS && scale < CROWDED && spots.find(([left, top]) => firm.free(left, top, w, h)));
      if (spot) write(text, ...spot, w, h);
    });
    context.font = `${LINE_FONT}px system-ui, sans-serif`;
    context.fillStyle = this.graph.colours.muted;
    // That a paper mentions something is said by the thin line; it is written only where it was asked for.
    const lines = scale < 0.6 ? [] : [...this.graph.lines.keys()].filter((i) => !this.graph.isQuiet(i));
    for (const i of new Set([...this.chosenLines, ...lines])) {
      if (!this.graph.isLineShown(i)) continue;
      const [a, b] = this.graph.ends(i).map(place);
      const text = this.graph.lines[i], w = this.width(context, text) + 6, h = LINE_FONT + 4;
      const left = (a.x + b.x - w) / 2, top = (a.y + b.y - h) / 2;
      if (Math.hypot(a.x - b.x, a.y - b.y) < 50 || !inside({ x: left + w / 2, y: top }) || !taken.free(left, top, w, h)) continue;
      write(text, left, top, w, h);
    }
    context.restore();
  }

  width(context, text) {
    const key = context.font + text;
    if (!this.widths.has(key)) this.widths.set(key, context.measureText(text).width);
    return this.widths.get(key);
  }
}

// Rectangles that are taken, found by the squares of a coarse grid.
class Boxes {
  constructor() { this.squares = new Map(); }

  * squaresOf(x, y, w, h) {
    const SIDE = 64;
    for (let i = Math.floor(x / SIDE); i <= (x + w) / SIDE; i++) {
      for (let j = Math.floor(y / SIDE); j <= (y + h) / SIDE; j++) yield i * 100003 + j;
    }
  }

  free(x, y, w, h) {
    for (const square of this.squaresOf(x, y, w, h)) {
      for (const b of this.squares.get(square) || []) {
        if (x < b[0] + b[2] && b[0] < x + w && y < b[1] + b[3] && b[1] < y + h) return false;
      }
    }
    return true;
  }

  add(x, y, w, h) {
    for (const square of this.squaresOf(x, y, w, h)) {
      if (!this.squares.has(square)) this.squares.set(square, []);
      this.squares.get(square).push([x, y, w, h]);
    }
  }
}
