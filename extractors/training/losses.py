"""The loss of one step: every head, on gold entities and on the network's own mistaken ones."""

from __future__ import annotations

import random

import torch
from torch import Tensor
from torch.nn import functional as F

from extractors.entities import group_forms, spans_of_scores
from extractors.geometry import NOWHERE, UnitSpan, pair_geometry, pooling
from extractors.labels import RELATION_TYPES, ROLES
from extractors.numbers import KINDS, UNITS
from extractors.training.data import Example, GoldEntity
from extractors.training.network import Network

MAX_FALSE = 8  # mistaken entities taken along a paper
SPAN_FLOOR = 0.25  # a span that is an entity with at least this probability may be one


def pad(batch: list[Example], multiple: int = 32) -> tuple[Tensor, Tensor, Tensor]:
    """Piece ids, shapes and padding mask of a batch; lengths rounded up, since each new one costs compilation."""
    length = max(len(x.encoded.ids) for x in batch)
    length = min(512, -(-length // multiple) * multiple)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    shape = torch.zeros(len(batch), length, batch[0].encoded.shape.shape[1], dtype=torch.long)
    padding = torch.ones(len(batch), length, dtype=torch.bool)
    for i, x in enumerate(batch):
        n = len(x.encoded.ids)
        ids[i, :n] = torch.from_numpy(x.encoded.ids)
        shape[i, :n] = torch.from_numpy(x.encoded.shape)
        padding[i, :n] = False
    return ids, shape, padding


def batch_loss(network: Network, batch: list[Example], rng: random.Random) -> tuple[Tensor, dict[str, float]]:
    """Loss of a batch and its parts for the log."""
    device = next(network.parameters()).device
    ids, shape, padding = (t.to(device) for t in pad(batch))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        hidden = network.encoder(ids, shape, padding)
    hidden = F.dropout(hidden.float(), 0.1, network.training)
    parts: dict[str, list[Tensor]] = {}
    for x, h in zip(batch, hidden, strict=True):
        for name, value in _losses(network, x, h, rng).items():
            parts.setdefault(name, []).append(value)
    means = {name: torch.stack(v).sum() / len(batch) for name, v in parts.items()}
    return torch.stack(list(means.values())).sum(), {k: float(v.detach()) for k, v in means.items()}


def _losses(network: Network, x: Example, hidden: Tensor, rng: random.Random) -> dict[str, Tensor]:
    first = hidden[torch.from_numpy(x.encoded.unit_first).to(hidden.device)]
    last = hidden[torch.from_numpy(x.encoded.unit_last).to(hidden.device)]
    document = hidden[0]
    device = hidden.device
    scores = network.spans(first, last)
    units, width, _classes = scores.shape
    gold = torch.zeros(units, width, dtype=torch.long)
    for e in x.entities:
        for a, b in e.spans:
            gold[a, b - a] = e.kind
    valid = torch.arange(units)[:, None] + torch.arange(width)[None] < units
    flat, target = scores[valid.to(device)], gold[valid].to(device)
    losses = {"span": F.cross_entropy(flat, target, reduction="sum") / 20}

    false = _mistaken(x, scores.detach(), rng)
    entities = [_thinned(e, rng) for e in x.entities] + false
    if not entities:
        return losses
    spans = [e.spans for e in entities]
    weights = torch.from_numpy(pooling(spans, units)).to(device)
    span_scores = torch.stack([torch.stack([scores[a, b - a] for a, b in s]).mean(0) for s in spans]).detach()
    facts = torch.tensor([[min(5, len(e.spans)), int(e.in_title), e.forms] for e in entities], device=device)
    rep, kind, introduced = network.entities(first, last, document, weights, span_scores, facts)
    kinds = torch.tensor([e.kind for e in entities], device=device)
    losses["entity"] = F.cross_entropy(kind, kinds, reduction="sum") / 12
    real = len(x.entities)
    if not real:
        return losses
    losses["introduced"] = (
        0.5
        * F.binary_cross_entropy_with_logits(
            introduced[:real],
            torch.tensor([float(e.introduced) for e in x.entities], device=device),
            reduction="sum",
        )
        / 12
    )
    # A mistaken entity takes part in pairs with the kind that it was mistaken for.
    seen = torch.tensor(
        [e.kind or guess for e, guess in zip(entities, kind.argmax(-1).tolist(), strict=True)]
    ).to(device)
    seen = torch.clamp(seen, min=1)
    losses |= _relation_losses(network, x, rep, seen, spans, document, first)
    if x.numbers:
        losses |= _result_losses(network, x, rep, seen, spans, document, first, last)
    return losses


def _relation_losses(
    network: Network,
    x: Example,
    rep: Tensor,
    kinds: Tensor,
    spans: list[list[UnitSpan]],
    document: Tensor,
    first: Tensor,
) -> dict[str, Tensor]:
    device = rep.device
    g = pair_geometry([[NOWHERE], *spans], spans, x.sentences)
    geometry = [torch.from_numpy(a).to(device) for a in (g.features, g.sentence, g.between)]
    relation, outcome = network.relations(rep, kinds, document, first, *geometry)
    n = len(spans)
    target = torch.zeros(n + 1, n, len(RELATION_TYPES))
    for (h, t), types in x.relations.items():
        for r in types:
            target[h, t, r] = 1
    proper = torch.ones(n + 1, n, dtype=torch.bool)
    proper[torch.arange(1, n + 1), torch.arange(n)] = False
    proper = proper.to(device)
    losses = {
        "relation": F.binary_cross_entropy_with_logits(
            relation[proper], target.to(device)[proper], reduction="sum"
        )
        / 12
    }
    if x.outcomes:
        pairs = list(x.outcomes)
        picked = torch.stack([outcome[h, t] for h, t in pairs])
        losses["outcome"] = 0.2 * F.cross_entropy(
            picked, torch.tensor([x.outcomes[p] for p in pairs], device=device)
        )
    return losses


def _result_losses(
    network: Network,
    x: Example,
    rep: Tensor,
    kinds: Tensor,
    spans: list[list[UnitSpan]],
    document: Tensor,
    first: Tensor,
    last: Tensor,
) -> dict[str, Tensor]:
    device = rep.device
    places = [[n.span] for n in x.numbers]
    g = pair_geometry(places, [[NOWHERE], *spans], x.sentences)
    weights = torch.from_numpy(pooling(places, first.shape[0])).to(device)
    form = torch.tensor([n.form for n in x.numbers], device=device)
    geometry = [torch.from_numpy(a).to(device) for a in (g.features, g.sentence, g.between)]
    judged, roles = network.results(weights, form, rep, kinds, document, first, last, *geometry)
    is_result = torch.tensor([float(n.result) for n in x.numbers], device=device)
    losses = {
        "number": 0.5 * F.binary_cross_entropy_with_logits(judged[:, 0], is_result, reduction="sum") / 3
    }
    rows = [i for i, n in enumerate(x.numbers) if n.result]
    if not rows:
        return losses
    picked = judged[rows]
    k, u = 1 + len(KINDS), 1 + len(KINDS) + len(UNITS)
    total = F.cross_entropy(
        picked[:, 1:k], torch.tensor([x.numbers[i].kind for i in rows], device=device), reduction="sum"
    )
    total = total + F.cross_entropy(
        picked[:, k:u], torch.tensor([x.numbers[i].unit for i in rows], device=device), reduction="sum"
    )
    total = total + F.binary_cross_entropy_with_logits(
        picked[:, u],
        torch.tensor([float(x.numbers[i].negative) for i in rows], device=device),
        reduction="sum",
    )
    losses["form"] = 0.3 * total / 3
    # An empty role competes with the paper and the entities.
    choices = torch.cat([picked[:, u + 1 :][:, None], roles[rows]], 1)  # (rows, 2 + entities, roles)
    target = torch.tensor([x.numbers[i].roles for i in rows], device=device)
    losses["role"] = (
        0.5
        * sum(
            (
                F.cross_entropy(choices[:, :, k], target[:, k], ignore_index=-1, reduction="sum")
                for k in range(len(ROLES))
            ),
            start=torch.zeros((), device=device),
        )
        / 3
    )
    return losses


def _thinned(e: GoldEntity, rng: random.Random) -> GoldEntity:
    """The entity with some mentions dropped, as a reader would miss some."""
    kept = [s for s in e.spans if rng.random() > 0.15] or [rng.choice(e.spans)]
    return GoldEntity(e.kind, kept, e.introduced, e.forms, e.in_title)


def _mistaken(x: Example, scores: Tensor, rng: random.Random) -> list[GoldEntity]:
    """Entities that the network would find and no reader marked; kind 0."""
    taken = {u for e in x.entities for a, b in e.spans for u in range(a, b + 1)}
    found = [
        s
        for s in spans_of_scores(scores.cpu().numpy(), SPAN_FLOOR)
        if not taken.intersection(range(s[0], s[1] + 1))
    ]
    groups = group_forms(x.text, x.encoded, [(a, b) for a, b, _ in found])
    rng.shuffle(groups)
    title_end = x.text.find("\n")
    return [
        GoldEntity(0, spans, False, 1, any(int(x.encoded.start[a]) < title_end for a, _ in spans))
        for spans in groups[:MAX_FALSE]
    ]
