"""A real Chromium, and a page opened in it with everything that goes wrong written down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kg.views.page import write_page
from kg.views.subgraph import Subgraph

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
]


@dataclass
class Opened:
    """A page in the browser, with the requests that would leave the file and the messages of its console."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def panel(self) -> str:
        return self.page.inner_text("#panel")

    def place(self, number: int) -> tuple[float, float]:
        """Where a node is on the screen."""
        box = self.page.locator("#graph").bounding_box()
        at = self.page.evaluate(f"network.canvasToDOM(network.getPosition({number}))")
        return box["x"] + at["x"], box["y"] + at["y"]

    def number(self, name: str) -> int:
        return self.page.evaluate("name => DATA.nodes.findIndex((n) => n.name === name)", name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on the path")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Write a subgraph's page and open it; ``options`` go to the browser's context."""
    contexts = []

    def opened(graph: Subgraph, *, limit: int = 3000, title: str = "A graph", **options: Any) -> Opened:
        path = tmp_path / "page" / "graph.html"
        write_page(graph, path, title, limit=limit)
        settings = {"viewport": {"width": 1300, "height": 850}, "offline": True, **options}
        context = chromium.new_context(**settings)
        contexts.append(context)
        found = Opened(context.new_page())
        own = path.as_uri()
        found.page.on("request", lambda r: found.requests.append(r.url) if r.url != own else None)
        found.page.on("console", lambda message: found.messages.append(message.text))
        found.page.on("pageerror", lambda problem: found.messages.append(str(problem)))
        found.page.goto(own)
        found.page.wait_for_selector("html[data-ready]")
        assert [p.name for p in path.parent.iterdir()] == [path.name]
        return found

    yield opened
    for context in contexts:
        context.close()
