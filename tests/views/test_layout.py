"""Nodes keep apart, parts keep together, and the same graph looks the same."""

from __future__ import annotations

import numpy as np
import pytest

from kg.views.layout import layout

WHEEL = [(0, i) for i in range(1, 30)] + [(i, i + 1) for i in range(1, 29)]
GRID = [(i, i + 1) for i in range(399) if i % 20 != 19] + [(i, i + 20) for i in range(380)]


@pytest.mark.parametrize(
    ("count", "pairs"),
    [
        (1, []),
        (2, [(0, 1)]),
        (50, []),
        (30, WHEEL),
        (400, GRID),
        (600, GRID),
        (300, [(0, i) for i in range(1, 300)]),
    ],
)
def test_no_two_nodes_lie_on_each_other(count: int, pairs: list[tuple[int, int]]) -> None:
    points = layout(count, pairs)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 16


def test_what_is_joined_lies_nearer_than_what_is_not() -> None:
    points = layout(400, GRID)
    joined = np.mean([np.hypot(*(points[a] - points[b])) for a, b in GRID])
    anyhow = np.mean(np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)))
    assert joined < anyhow / 3


def test_same_graph_same_picture_and_repeats_do_not_matter() -> None:
    assert np.array_equal(layout(30, WHEEL), layout(30, [*WHEEL, *[(b, a) for a, b in WHEEL], (3, 3)]))


def test_nothing_to_place() -> None:
    assert layout(0, []).shape == (0, 2)
