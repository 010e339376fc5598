"""Where each node of a picture goes: computed once, here, so that a page opens still.

A force layout after Fruchterman and Reingold (1991), with the push of far nodes summed by grid cells; nodes that
hang on one other only are put around it in rings; components are packed into each other's gaps, lone nodes last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

SPACING = 28.0  # between the leaves around a hub, in the page's units
_ROOM = 12.0  # free around every node
_SOFT = 0.05  # keeps the push finite where nodes lie on each other
_SQUARE = 44.0  # side of the squares by which components are packed
_SMALL = 760.0  # a picture less wide and high than this is stretched
_GOLDEN = math.pi * (3 - math.sqrt(5))


def node_size(degree: int) -> float:
    """Half the width that a node is drawn with."""
    return 8 + min(18.0, 3.2 * math.sqrt(degree))


def layout(count: int, pairs: Sequence[tuple[int, int]], *, seed: int = 7) -> Points:
    """Place ``count`` nodes joined by ``pairs``.

    Args:
        count: how many nodes; they are numbered from 0.
        pairs: edges; direction, repeats and loops do not matter.
        seed: the same seed gives the same picture.

    Returns:
        An array of ``count`` rows of x and y, centred on the origin.
    """
    edges = np.array(sorted({(min(a, b), max(a, b)) for a, b in pairs if a != b}), dtype=np.int64).reshape(
        -1, 2
    )
    component = _components(count, edges)
    random = np.random.default_rng(seed)
    points = np.zeros((count, 2))
    order = np.argsort(component, kind="stable")
    bounds = np.flatnonzero(np.diff(component[order])) + 1
    groups = np.split(order, bounds) if count else []
    edges_of: dict[int, list[Any]] = {}
    for a, b in edges:
        edges_of.setdefault(int(component[a]), []).append((a, b))
    shapes = []
    for group in groups:
        local = {int(node): i for i, node in enumerate(group)}
        own = np.array(
            [(local[int(a)], local[int(b)]) for a, b in edges_of.get(int(component[group[0]]), [])]
        )
        own = own.reshape(-1, 2).astype(np.int64)
        points[group] = _place_component(len(group), own, random)
        shapes.append(_squares(points[group], own))
    for corner, group in zip(_pack(shapes), groups, strict=True):
        points[group] += corner * _SQUARE
    if count == 0:
        return points
    points -= (points.min(axis=0) + points.max(axis=0)) / 2
    # A small picture is stretched, so that there is room for names between its nodes.
    return points * min(max(_SMALL / max(float(points.max()) * 2, 1.0), 1.0), 2.5)


def _components(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    label = np.arange(count)
    while len(edges):
        low = np.minimum(label[edges[:, 0]], label[edges[:, 1]])
        new = label.copy()
        np.minimum.at(new, edges[:, 0], low)
        np.minimum.at(new, edges[:, 1], low)
        new = new[new]
        if np.array_equal(new, label):
            break
        label = new
    return label


def _place_component(count: int, edges: NDArray[np.int64], random: np.random.Generator) -> Points:
    if count == 1:
        return np.zeros((1, 2))
    if count == 2:
        return np.array([[-36.0, 0.0], [36.0, 0.0]])
    degree = np.bincount(edges.ravel(), minlength=count)
    leaf = degree == 1
    hub = np.full(count, -1)
    hub[edges[:, 0]] = np.where(leaf[edges[:, 0]], edges[:, 1], hub[edges[:, 0]])
    hub[edges[:, 1]] = np.where(leaf[edges[:, 1]], edges[:, 0], hub[edges[:, 1]])
    core = np.flatnonzero(~leaf)
    leaves = np.bincount(hub[leaf], minlength=count)[core]
    # A hub takes the room of the disc that its leaves fill around it.
    radius = np.array([node_size(int(d)) for d in degree[core]]) + _ROOM
    radius = np.where(leaves > 0, np.maximum(radius, SPACING * np.sqrt(leaves + 3) + _ROOM), radius)
    number = np.full(count, -1)
    number[core] = np.arange(len(core))
    inner = number[edges[~leaf[edges].any(axis=1)]]
    points = np.zeros((count, 2))
    points[core] = _spread(_forces(len(core), inner, radius, random), radius, random)
    for centre in core[leaves > 0]:
        around = np.flatnonzero(hub == centre)
        step = np.arange(len(around)) + 2.5
        points[around] = points[centre] + SPACING * np.sqrt(step)[:, None] * np.column_stack(
            [np.cos(step * _GOLDEN), np.sin(step * _GOLDEN)]
        )
    return points - (points.min(axis=0) + points.max(axis=0)) / 2


def _forces(count: int, edges: NDArray[np.int64], radius: Points, random: np.random.Generator) -> Points:
    """Pull along edges, push between all; ``radius`` is the room that each node wants."""
    if count == 1:
        return np.zeros((1, 2))
    wanted = 2.4 * float(np.sqrt(np.mean(radius**2)))
    points = random.normal(scale=0.4 * math.sqrt(count), size=(count, 2))  # in units of `wanted`
    mass = (radius / np.mean(radius)) ** 1.2
    rounds = 300 if count < 500 else 200 if count < 3000 else 130
    degree = np.maximum(np.bincount(edges.ravel(), minlength=count), 1)
    # Hubs are pulled no more than others, else all they touch ends in one heap.
    weight = 1 / np.sqrt(np.minimum(degree[edges[:, 0]], degree[edges[:, 1]]))[:, None]
    for step in range(rounds):
        heat = 0.12 * math.sqrt(count) * (1 - step / rounds) ** 1.6 + 0.01
        away = points[edges[:, 0]] - points[edges[:, 1]]
        pull = away * np.hypot(away[:, 0], away[:, 1])[:, None] * weight
        # The push falls with the square of the distance: clusters open up, the whole stays together.
        move = _push(points, mass, random) - 0.004 * points
        np.subtract.at(move, edges[:, 0], pull)
        np.add.at(move, edges[:, 1], pull)
        length = np.hypot(move[:, 0], move[:, 1])[:, None]
        points += move / np.maximum(length, 1e-9) * np.minimum(length, heat)
    return points * wanted


def _push(points: Points, mass: Points, random: np.random.Generator) -> Points:
    """For each node the sum over the others of mass times direction over the square of the distance."""
    if len(points) <= 1000:
        return _push_from(points, points, mass)
    across = 28
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()), 1e-9) / across
    # The grid is shifted each time, so that the borders of its cells leave no trace.
    cell = ((points - low) / side + random.random(2)).astype(np.int64)
    _, index = np.unique(cell[:, 0] * (across + 2) + cell[:, 1], return_inverse=True)
    weight = np.bincount(index, mass).astype(np.float64)
    middle = np.column_stack([np.bincount(index, mass * points[:, i]) for i in (0, 1)]) / weight[:, None]
    push = _push_from(points, middle, weight)
    # A node's own cell is taken again without the node itself, and spread out.
    own = points - middle[index]
    push -= own * (weight[index] / (np.sum(own**2, axis=1) + _SOFT) ** 1.5)[:, None]
    others = weight[index] - mass
    rest = (middle[index] * weight[index][:, None] - points * mass[:, None]) / np.maximum(others, 1e-9)[
        :, None
    ]
    towards = points - rest
    near = (np.sum(towards**2, axis=1) + _SOFT + (side * 0.3) ** 2) ** 1.5
    return push + towards * np.where(others > 1e-6, others / near, 0.0)[:, None]


def _push_from(points: Points, sources: Points, mass: Points) -> Points:
    squares = np.sum(points**2, axis=1)[:, None] + np.sum(sources**2, axis=1) - 2 * points @ sources.T
    softened = np.maximum(squares, 0.0) + _SOFT
    weight = mass / (softened * np.sqrt(softened))
    return points * weight.sum(axis=1)[:, None] - weight @ sources


def _spread(points: Points, radius: Points, random: np.random.Generator) -> Points:
    """Move overlapping discs apart."""
    count = len(points)
    points = points + random.normal(scale=1e-3, size=points.shape)
    large = np.flatnonzero(radius > 3 * np.median(radius))
    small = np.setdiff1d(np.arange(count), large)
    for _ in range(100):
        a, b = _close_pairs(points[small], 2 * float(radius[small].max(initial=1.0)))
        # The few large ones are held against all, so that the squares can be small.
        rows, columns = np.divmod(np.arange(len(large) * count), count)
        apart = large[rows] != columns
        a = np.concatenate([small[a], large[rows[apart]]])
        b = np.concatenate([small[b], columns[apart]])
        away = points[a] - points[b]
        distance = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-6)
        overlap = radius[a] + radius[b] - distance
        hit = overlap > 0.5
        if not hit.any():
            break
        shift = away[hit] / distance[hit][:, None] * overlap[hit][:, None] * 0.5
        move = np.zeros_like(points)
        np.add.at(move, a[hit], shift)
        np.subtract.at(move, b[hit], shift)
        touched = np.bincount(np.concatenate([a[hit], b[hit]]), minlength=count)
        points += move / np.maximum(touched, 1)[:, None] ** 0.35
    return points


def _close_pairs(points: Points, reach: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of points in the same or neighbouring squares of side ``reach``."""
    if len(points) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    cell = np.floor((points - points.min(axis=0)) / reach).astype(np.int64) + 1
    wide = int(cell[:, 1].max()) + 2
    index = cell[:, 0] * wide + cell[:, 1]
    order = np.argsort(index, kind="stable")
    ordered = index[order]
    firsts, seconds = [], []
    for offset in (0, 1, wide - 1, wide, wide + 1):
        start = np.searchsorted(ordered, ordered + offset, side="left")
        stop = np.searchsorted(ordered, ordered + offset, side="right")
        if offset == 0:
            start = np.arange(len(ordered)) + 1
        many = np.maximum(stop - start, 0)
        left = np.repeat(np.arange(len(ordered)), many)
        right = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(start, many)
        firsts.append(order[left])
        seconds.append(order[right])
    return np.concatenate(firsts), np.concatenate(seconds)


def _squares(points: Points, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The squares of a grid that a component needs: those of its nodes and around them, and along its edges."""
    along = np.linspace(0, 1, 12)[:, None, None]
    lines = (points[edges[:, 0]] * along + points[edges[:, 1]] * (1 - along)).reshape(-1, 2)
    reach = _SQUARE * (0.7 if len(points) > 2 else 0.3)
    around = [np.add(points, (x, y)) for x in (-reach, 0, reach) for y in (-reach, 0, reach)]
    return np.unique(np.round(np.concatenate([*around, lines]) / _SQUARE).astype(np.int64), axis=0)


def _pack(shapes: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Where each shape goes, in squares: the largest first, each as near to the middle as it fits."""
    offsets = np.zeros((len(shapes), 2), dtype=np.int64)
    if not shapes:
        return offsets
    extent = max(int(np.abs(shape).max()) for shape in shapes)
    half = 2 * extent + 2 + math.ceil(math.sqrt(sum(len(shape) for shape in shapes)))
    taken = np.zeros((2 * half + 1, 2 * half + 1), dtype=bool)
    free = half - extent - 1
    grid = np.stack(np.meshgrid(np.arange(-free, free + 1), np.arange(-free, free + 1)), axis=-1).reshape(
        -1, 2
    )
    spots = grid[np.argsort((grid[:, 0] / 1.25) ** 2 + grid[:, 1] ** 2, kind="stable")]
    first: dict[bytes, int] = {}  # where the last one of the same shape went: before that there is no room
    for number in sorted(range(len(shapes)), key=lambda n: -len(shapes[n])):
        shape = shapes[number]
        start = first.get(shape.tobytes(), 0)
        while start < len(spots) - 1:
            some = spots[start : start + 256]
            cells = some[:, None, :] + shape + half
            fits = ~taken[cells[..., 0], cells[..., 1]].any(axis=1)
            if fits.any():
                start += int(np.argmax(fits))
                break
            start = min(start + len(some), len(spots) - 1)
        first[shape.tobytes()] = start
        offsets[number] = spots[start]
        cells = spots[start] + shape + half
        taken[cells[:, 0], cells[:, 1]] = True
    return offsets
