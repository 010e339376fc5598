"""The page in a real browser: whole without a network, still, readable, and deaf to what papers' text tries."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made import claim, entity, graph, made_graph, paper, parallel_graph

from kg.views.page import page_html, write_page
from kg.views.subgraph import Subgraph

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def hostile_graph(said: str, title: str, name: str) -> Subgraph:
    source = paper(1, title, url="javascript:alert(1)", abstract=said)
    foo, bar = entity("Model", name), entity("Model", "BarLM")
    edges = [claim("BASED_ON", foo, bar, source, said), claim("MENTIONS", source, foo, source, said)]
    return graph([source, foo, bar], edges)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_whole_and_still_without_any_request(open_page: Open, scheme: str) -> None:
    opened = open_page(made_graph(15), color_scheme=scheme)
    opened.page.wait_for_timeout(200)
    first = opened.page.screenshot()
    opened.page.wait_for_timeout(1500)
    assert opened.page.screenshot() == first
    assert (opened.requests, opened.messages) == ([], [])
    assert "125 nodes, 300 facts, 15 results." in opened.panel()


def test_click_on_a_node_shows_its_facts_with_their_sentences(open_page: Open) -> None:
    made = parallel_graph()[0]
    opened = open_page(made)
    opened.page.mouse.click(*opened.place(opened.number("FooLM")))
    text = opened.panel()
    assert opened.page.inner_text("#panel h2") == "FooLM"
    for letter in "ABCDE":
        assert f"Paper {letter} says FooLM starts from BarLM." in text
        assert f"Paper {letter} on FooLM (2025)" in text
    assert "confidence 0.87" in text
    assert "Compared with (1)".lower() in text.lower()
    assert "better" in text
    marked = opened.page.locator("#panel blockquote mark").all_inner_texts()
    assert {"FooLM", "BarLM"} <= set(marked)
    links = opened.page.locator("#panel a").evaluate_all("all => all.map((a) => a.href)")
    assert "https://arxiv.org/abs/2501.00000" in links
    opened.page.click("#panel td.value button")
    assert "FooLM gains +4.2% on ZapBench." in opened.panel()


def test_click_on_a_line_opens_every_claim_between_the_two(open_page: Open) -> None:
    opened = open_page(parallel_graph()[0])
    (x1, y1), (x2, y2) = (opened.place(opened.number(name)) for name in ("FooLM", "BarLM"))
    opened.page.mouse.click((x1 + x2) / 2, (y1 + y2) / 2)
    text = opened.panel()
    assert text.count("says FooLM starts from BarLM.") == 5
    assert "FooLM beats BarLM." in text
    assert opened.page.evaluate("DATA.lines").count("based on, compared with (6)") == 1


def test_hover_says_what_a_node_is(open_page: Open) -> None:
    long = "Foo" * 40
    made = parallel_graph()[0]
    made.nodes["model:long"] = entity("Model", long, papers=3)
    opened = open_page(made)
    label = opened.page.evaluate("name => DATA.nodes.find((n) => n.name === name).label", long)
    assert len(label) < 40
    assert label.endswith("…")
    opened.page.mouse.move(*opened.place(opened.number(long)))
    opened.page.wait_for_selector(".vis-tooltip .hint", state="visible")
    assert opened.page.inner_text(".vis-tooltip").split("\n") == [long, "Model · in 3 papers · 0 links"]


def test_search_finds_by_name_alias_and_without_accents(open_page: Open) -> None:
    node = entity("Benchmark", "Schrödinger-Bench", aliases=["Schrödinger-Bench", "SBench"])
    opened = open_page(graph([node, entity("Benchmark", "Other")], []))
    for typed in ("schrodinger", "sbench", "BENCH"):
        opened.page.fill("#search", typed)
        assert "Schrödinger-Bench" in opened.page.inner_text("#hits")
    opened.page.fill("#search", "sbe")
    opened.page.press("#search", "Enter")
    assert opened.page.inner_text("#panel h2") == "Schrödinger-Bench"
    opened.page.fill("#search", "nowhere")
    assert "Nothing of that name" in opened.page.inner_text("#hits")


def test_legend_hides_and_shows_a_type(open_page: Open) -> None:
    opened = open_page(made_graph(5))
    shown = "network.body.data.nodes.get({filter: (n) => !n.hidden}).length"
    lines = "network.body.data.edges.get({filter: (e) => !e.hidden}).length"
    before = opened.page.evaluate(shown), opened.page.evaluate(lines)
    opened.page.click("#legend button[data-type=Paper]")
    assert opened.page.evaluate(shown) == before[0] - 5
    assert opened.page.evaluate(lines) < before[1]
    opened.page.click("#legend button[data-type=Paper]")
    assert (opened.page.evaluate(shown), opened.page.evaluate(lines)) == before


def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    opened = open_page(made_graph(3))
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.id") == "search"
    opened.page.keyboard.type("zapb")
    opened.page.keyboard.press("Enter")
    assert opened.page.inner_text("#panel h2") == "ZapBench"
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.closest('#panel') !== null")
    opened.page.click("text=Overview")
    seen = set()
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        seen.add(opened.page.evaluate("document.activeElement.textContent.trim()"))
    assert {"Model (10)", "Benchmark (8)", "Fit", "Paper 3"} <= {" ".join(text.split()) for text in seen}


@pytest.mark.parametrize(
    "said",
    [
        "…the tag <!-- <script> opens and FooLM is built on BarLM…",
        "a CDATA end ]]> and FooLM",
        "line\u2028separator\u2029paragraph",
        "</script><script>document.title='run'</script>",
        "<img src=x onerror=\"document.title='run'\"> &lt;b&gt; & ${1+1} `x`",
        "a lone surrogate \ud800 in the text",
    ],
)
def test_text_of_papers_stays_text(open_page: Open, said: str) -> None:
    opened = open_page(
        hostile_graph(said, said + "<!--", "<script>" + said[:9]), title="A </title><script> " + said
    )
    assert opened.messages == []
    assert opened.requests == []
    assert opened.page.title().startswith("A </title><script>")
    assert opened.page.locator("script").count() == 3
    opened.page.evaluate("view.openNode(DATA.nodes.findIndex((n) => n.name.startsWith('<script>')))")
    shown = opened.page.locator("#panel blockquote").first.evaluate("e => e.textContent")
    assert shown == said  # as it is, mark-up and all
    assert opened.page.locator("#panel img, #panel script").count() == 0
    assert not opened.page.locator("#panel a[href^='javascript']").count()


def test_source_holds_no_unescaped_bracket_and_no_address_to_load(tmp_path: Path) -> None:
    text = page_html(hostile_graph("<!-- <script> ]]> \u2028", "<!--", "<script"))
    data = re.search(r'<script id="data"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert not re.search("[<>&\u2028\u2029]", data[1])
    assert not re.search(r"<(?:script|img|iframe)[^>]*\ssrc=|<link[^>]*href=\"(?!data:)", text)
    assert "default-src 'none'" in text


def test_nothing_is_written_beside_the_page_or_where_we_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    write_page(made_graph(2), Path("..") / "sub" / "dir" / "x.html")
    assert list(here.iterdir()) == []
    assert [p.name for p in (tmp_path / "sub" / "dir").iterdir()] == ["x.html"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_older_page_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OSError, match="ermission"):
            write_page(made_graph(1), path)
        assert path.read_text() == "old"
    finally:
        tmp_path.chmod(0o700)


def star() -> Subgraph:
    hub = entity("Model", "Hub")
    source = paper(1, "Stars")
    leaves = [entity("Dataset", f"Leaf{i}") for i in range(2000)]
    pairs = [(entity("Task", f"Left{i}"), entity("Technique", f"Right{i}")) for i in range(300)]
    lone = [entity("Metric", f"Lone{i}") for i in range(50)]
    edges = [claim("TRAINED_ON", hub, leaf, source, "Hub.") for leaf in leaves]
    edges += [claim("APPLIED_TO", right, left, source, "Pair.") for left, right in pairs]
    return graph([hub, *leaves, *(node for pair in pairs for node in pair), *lone], edges)


def many() -> Subgraph:
    made = made_graph(300)
    more = [entity("Dataset", f"More{i}") for i in range(10_000 - len(made.nodes))]
    source = next(node for node in made.nodes.values() if node.type == "Paper")
    models = [node for node in made.nodes.values() if node.type == "Model"]
    made.edges += [
        claim("TRAINED_ON", models[i % len(models)], node, source, "More.") for i, node in enumerate(more)
    ]
    made.nodes |= {node.key: node for node in more}
    return made


@pytest.mark.parametrize(("build", "limit"), [(star, 3000), (many, 10_000)])
def test_large_graphs_open_still_with_everything_in_view(
    open_page: Open, build: Callable[[], Subgraph], limit: int
) -> None:
    made = build()
    opened = open_page(made, limit=limit)
    count = sum(node.type != "Result" for node in made.nodes.values())
    assert opened.page.evaluate("network.body.data.nodes.length") == min(count, limit)
    opened.page.wait_for_timeout(300)
    first = opened.page.screenshot()
    opened.page.wait_for_timeout(3000)
    assert opened.page.screenshot() == first
    outside = """() => { const c = document.querySelector("#graph canvas");
        return DATA.nodes.filter((_, i) => { const p = network.canvasToDOM(network.getPosition(i));
            return p.x < 0 || p.y < 0 || p.x > c.clientWidth || p.y > c.clientHeight; }).length }"""
    assert opened.page.evaluate(outside) == 0
    assert opened.messages == []


def test_a_page_that_is_cut_says_what_was_left_out(open_page: Open) -> None:
    made = made_graph(15)
    lone = entity("Metric", "Loneliness")
    made.nodes[lone.key] = lone
    made.centre = (lone.key,)
    opened = open_page(made, limit=40)
    opened.page.click("text=Overview")
    text = opened.panel()
    assert "Drawn are the 40 best connected of 126 nodes" in text
    assert re.search(r"Left out: \d+ \w+", text)
    assert opened.number("Loneliness") >= 0  # the middle stays, however few its links
    assert opened.number("ZapBench") >= 0


CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.closest("svg, script, style")) continue;
    const style = getComputedStyle(e), [a, b] = [light(parse(style.color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
    if (ratio < 4.5 || size < 12) found.push([e.tagName, e.textContent.slice(0, 30), ratio.toFixed(2), size]);
  }
  const paint = ["text", "muted"].map((n) => [n, colours[n]]);
  for (const [name, colour] of paint) {
    const probe = document.createElement("i");
    probe.style.color = colour; document.body.append(probe);
    const [a, b] = [light(parse(getComputedStyle(probe).color)), light(ground(probe))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(["canvas", name]);
    probe.remove();
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible_in_both_modes(open_page: Open, scheme: str) -> None:
    opened = open_page(made_graph(8), color_scheme=scheme)
    assert opened.page.evaluate(CONTRAST) == []
    opened.page.evaluate("view.openNode(DATA.nodes.findIndex((n) => n.name === 'ZapBench'))")
    opened.page.fill("#search", "bench")
    assert opened.page.evaluate(CONTRAST) == []
    opened.page.click("#theme")
    assert opened.page.evaluate("document.documentElement.dataset.theme") != scheme
    assert opened.page.evaluate(CONTRAST) == []


def test_a_phone_shows_graph_and_panel_without_sideways_scrolling(open_page: Open) -> None:
    made = made_graph(8)
    long = entity("Model", "Foo" * 40)
    made.nodes[long.key] = long
    opened = open_page(made, viewport={"width": 360, "height": 740})
    opened.page.evaluate("name => view.openNode(DATA.nodes.findIndex((n) => n.name === name))", long.name)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert opened.page.evaluate("byId('panel').scrollWidth <= byId('panel').clientWidth")
    assert opened.page.locator("#graph canvas").bounding_box()["height"] > 200
    assert opened.page.locator("#panel h2").is_visible()


def test_types_differ_in_shape_as_well_as_colour(open_page: Open) -> None:
    types = open_page(made_graph(5)).page.evaluate("DATA.types")
    assert (
        len({t["shape"] for t in types.values()}) == len({t["color"] for t in types.values()}) == len(types)
    )


def test_an_empty_graph_is_a_page_too(open_page: Open) -> None:
    opened = open_page(graph([], []))
    assert "0 nodes, 0 facts, 0 results." in opened.panel()
    assert opened.messages == []
