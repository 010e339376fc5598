"""An interactive page of a subgraph: one file, no request, nothing to install."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Any

from kg.views.files import replaced
from kg.views.layout import node_size
from kg.views.pagedata import collect
from kg.views.subgraph import Subgraph

NODE_LIMIT = 3000
_SCRIPTS = ("labels.js", "panel.js", "page.js")

# Positions are computed beforehand, so nothing moves.
_OPTIONS = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"size": 9, "borderWidth": 1, "borderWidthSelected": 3, "font": {"size": 0}},
    "edges": {
        "smooth": False,
        "width": 1.2,
        "selectionWidth": 1,
        "hoverWidth": 0.5,
        "arrowStrikethrough": False,
        "font": {"size": 0},
    },
    "interaction": {
        "hover": True,
        "tooltipDelay": 120,
        "hideEdgesOnDrag": False,
        "multiselect": False,
        "keyboard": {"enabled": True, "bindToWindow": False},
    },
}


@dataclass(frozen=True, slots=True)
class PageSummary:
    """What a page shows; ``notes`` say in words what was left out and why."""

    nodes: int
    facts: int
    results: int
    notes: tuple[str, ...]


def write_page(
    subgraph: Subgraph,
    path: str | os.PathLike[str],
    title: str = "Knowledge graph",
    *,
    limit: int = NODE_LIMIT,
) -> PageSummary:
    """Write the page to one file; nothing else is written anywhere.

    Args:
        subgraph: what to draw.
        path: the file; missing folders are made, an older file is replaced only when the new one is whole.
        title: the page's heading.
        limit: the most nodes to draw; see `page_html`.

    Returns:
        Counts of what the page shows.

    Raises:
        OSError: the file cannot be written.
    """
    text, summary = _render(subgraph, title, limit)
    with replaced(path) as stream:
        stream.write(text.encode("utf-8"))
    return summary


def page_html(subgraph: Subgraph, title: str = "Knowledge graph", *, limit: int = NODE_LIMIT) -> str:
    """The page as text.

    Args:
        subgraph: what to draw.
        title: the page's heading.
        limit: the most nodes to draw. Of a larger subgraph the best connected nodes are shown, and the page says
            how many of each type were left out.
    """
    return _render(subgraph, title, limit)[0]


def _render(subgraph: Subgraph, title: str, limit: int) -> tuple[str, PageSummary]:
    data = collect(subgraph, limit)
    summary = PageSummary(len(data["nodes"]), len(data["facts"]), len(data["results"]), tuple(data["notes"]))
    vis_nodes, vis_edges, options = _network(data)
    lines = data.pop("lines")
    data |= {"title": title, "visNodes": vis_nodes, "visEdges": vis_edges, "options": options}
    data["lines"] = [line.label for line in lines]
    script, style = "".join(_template(name) for name in _SCRIPTS), _template("page.css")
    library = _vis_network()
    page = Template(_template("page.html")).substitute(
        title=html.escape(_encodable(title)),
        policy=_policy([library, script], style),
        style=style,
        data=_json(data),
        library=library,
        script=script,
    )
    return page, summary


def _network(data: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """The picture as vis-network takes it, made by pyvis."""
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    network.set_options(json.dumps(_OPTIONS))
    for i, node in enumerate(data["nodes"]):
        kind = data["types"][node["type"]]
        network.add_node(
            i,
            label=node["label"] or node["key"],
            shape=kind["shape"],
            color=kind["color"],
            x=node.pop("x"),
            y=node.pop("y"),
            size=round(node_size(node["degree"]), 1),
        )
    for i, line in enumerate(data["lines"]):
        network.add_edge(line.a, line.b, id=i, arrows=line.arrows, quiet=line.quiet)
    vis_nodes, vis_edges, *_, options = network.get_network_data()
    return vis_nodes, vis_edges, json.loads(options)


def _json(data: Any) -> str:
    """JSON that can stand in a script block: no ``<``, no line separators that old parsers trip over."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # A lone surrogate has no UTF-8; inside a JSON string its escape means the same.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _policy(scripts: list[str], style: str) -> str:
    """A content policy that lets this page's own scripts and style run, and nothing be fetched."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(f"'sha256-{_digest(script)}'" for script in scripts),
            f"style-src 'sha256-{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _template(name: str) -> str:
    text = (resources.files("kg.views") / "templates" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def _vis_network() -> str:
    """The vis-network that pyvis carries; of several the newest."""
    folder = resources.files("pyvis") / "templates" / "lib"
    versions = sorted(
        (tuple(int(n) for n in entry.name[4:].split(".") if n.isdigit()), entry)
        for entry in folder.iterdir()
        if entry.name.startswith("vis-")
    )
    script = versions[-1][1] / "vis-network.min.js"
    return script.read_text(encoding="utf-8").replace("\r\n", "\n")
