"""Choose thresholds for F1 and calibrate confidences, on papers that were not trained on."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from extractors.entities import read_entities
from extractors.features import encode
from extractors.labels import ENTITY_TYPES, RELATION_TYPES
from extractors.names import form_key
from extractors.network import ReadingNetwork
from extractors.reading import ReadEntity, Reading, stitch
from extractors.relations import read_relations
from extractors.results import read_results
from extractors.sentences import sentence_spans
from extractors.settings import Settings

GRID = [round(0.15 + 0.025 * i, 3) for i in range(30)]


@dataclass(slots=True)
class Case:
    """A gold paper with its text read once."""

    paper: dict[str, Any]
    text: str
    title_end: int
    sentences: list[tuple[int, int]]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Guess:
    """A claim that could be made: its group, its probability, and whether it is right."""

    group: str
    probability: float
    right: bool


def prepare(papers: Iterable[dict[str, Any]], network: ReadingNetwork, tokenizer: Any) -> list[Case]:
    """Run the encoder over gold papers."""
    cases = []
    for p in papers:
        text, title_end = f"{p['title']}\n{p['abstract']}", len(p["title"])
        windows = encode(text, tokenizer, title_end=title_end)
        sentences = sentence_spans(text)
        cases.append(
            Case(
                p,
                text,
                title_end,
                sentences,
                stitch(windows, [network.encode(w) for w in windows], sentences),
            )
        )
    return cases


def allowed_ends(
    papers: Sequence[dict[str, Any]], allowed: Callable[[str, str, str], bool], least: int = 5
) -> dict[str, list[tuple[str, str]]]:
    """Ends of relations that gold papers have at least so often and the schema allows."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for p in papers:
        types = {e["id"]: e["type"] for e in p["entities"]} | {"paper": "paper"}
        seen.update((r["type"], types[r["head"]], types[r["tail"]]) for r in p["relations"])
    ends: dict[str, list[tuple[str, str]]] = {r: [] for r in RELATION_TYPES}
    for (r, h, t), count in sorted(seen.items()):
        if count >= least and allowed(r, "Paper" if h == "paper" else h, t):
            ends[r].append((h, t))
    return ends


def tune(cases: Sequence[Case], network: ReadingNetwork, settings: Settings) -> Settings:
    """Choose every threshold and calibration.

    Args:
        cases: gold papers, read.
        network: the network that read them.
        settings: name and ends; the rest is chosen here.

    Returns:
        Settings with thresholds that give the best micro F1 on the cases.
    """
    loose = replace(
        settings,
        entity=dict.fromkeys(ENTITY_TYPES, 0.1),
        relation=dict.fromkeys(RELATION_TYPES, 0.05),
        result=0.05,
        introduced=0.0,
        calibration={},
    )
    entity_guesses, gold_count = [], 0
    for c in cases:
        found = read_entities(c.text, c.reading, network, loose, c.title_end)
        matched = match(c, found)
        gold_count += len(c.paper["entities"])
        types = {g["id"]: g["type"] for g in c.paper["entities"]}
        entity_guesses += [
            Guess(e.type, e.probability, types.get(matched[i]) == e.type) for i, e in enumerate(found)
        ]
    chosen = replace(settings, entity=thresholds(entity_guesses, gold_count, ENTITY_TYPES))
    introduced: list[Guess] = []
    relations: list[Guess] = []
    results: list[Guess] = []
    kept: list[Guess] = []
    own_count = relation_count = result_count = 0
    open_ended = replace(loose, entity=chosen.entity)
    for c in cases:
        found = read_entities(c.text, c.reading, network, open_ended, c.title_end)
        matched = match(c, found)
        types = {g["id"]: g["type"] for g in c.paper["entities"]}
        own = {g["id"] for g in c.paper["entities"] if g["introduced"]}
        own_count += len(own)
        kept += [Guess("entity", e.probability, types.get(matched[i]) == e.type) for i, e in enumerate(found)]
        introduced += [
            Guess("introduced", e.introduced_probability, matched[i] in own) for i, e in enumerate(found)
        ]

        def node(x: Any, own: set[Any] = own) -> Any:
            return "paper" if x == "paper" or x in own else x

        def guess_node(i: int, matched: dict[int, Any] = matched, own: set[Any] = own) -> Any:
            return "paper" if i < 0 or matched[i] in own else matched[i] or ("none", i)

        want = {(node(r["head"]), r["type"], r["tail"]) for r in c.paper["relations"]}
        relation_count += len(want)
        best: dict[Any, Guess] = {}
        for r in read_relations(c.text, c.reading, found, network, open_ended):
            key = guess_node(r.head), r.type, matched[r.tail] or ("none", r.tail)
            if key not in best or best[key].probability < r.probability:
                best[key] = Guess(r.type, r.probability, key in want)
        relations += best.values()
        wanted = {
            (round(r["value"], 3), node(r["subject"]), r["benchmark"], r["metric"])
            for r in c.paper["results"]
        }
        result_count += len(wanted)
        for x in read_results(c.text, c.reading, found, c.sentences, network, open_ended):
            parties = [None if i is None else matched[i] or ("none", i) for i in (x.benchmark, x.metric)]
            subject = None if x.subject is None else guess_node(x.subject)
            results.append(Guess("result", x.probability, (round(x.value, 3), subject, *parties) in wanted))
    chosen = replace(
        chosen,
        introduced=thresholds(introduced, own_count, ["introduced"])["introduced"],
        relation=thresholds(relations, relation_count, RELATION_TYPES),
        result=thresholds(results, result_count, ["result"])["result"],
    )
    families: dict[str, list[Guess]] = defaultdict(list)
    families["entity"] = kept
    families["introduced"] = [g for g in introduced if g.probability >= chosen.introduced]
    families["relation"] = [g for g in relations if g.probability >= chosen.relation[g.group]]
    families["result"] = [g for g in results if g.probability >= chosen.result]
    return replace(chosen, calibration={k: platt(v) for k, v in families.items()})


def match(case: Case, found: Sequence[ReadEntity]) -> dict[int, Any]:
    """For each entity that was read the gold entity that shares a form with it, or None."""
    by_form: dict[str, list[dict[str, Any]]] = {}
    for g in case.paper["entities"]:
        for key in {form_key(f) for f in [g["name"], *g["surface_forms"]]}:
            by_form.setdefault(key, []).append(g)
    used: set[Any] = set()
    out: dict[int, Any] = {}
    for i, e in enumerate(found):
        out[i] = None
        for key in [form_key(f) for f in [*(case.text[a:b] for a, b in e.mentions), *e.forms]]:
            free = [g for g in by_form.get(key, ()) if g["id"] not in used]
            if free:
                best = min(free, key=lambda g: g["type"] != e.type)
                out[i] = best["id"]
                used.add(best["id"])
                break
    return out


def thresholds(guesses: Sequence[Guess], gold: int, groups: Iterable[str]) -> dict[str, float]:
    """One threshold a group that together give the best micro F1, by going round the groups until none moves.

    Args:
        guesses: claims that could be made.
        gold: how many there are to find.
        groups: every group's name.
    """
    chosen = dict.fromkeys(groups, 0.4)
    tables = {}
    for group in chosen:
        mine = [g for g in guesses if g.group == group]
        p, right = np.asarray([g.probability for g in mine]), np.asarray([g.right for g in mine], bool)
        tables[group] = {
            t: (int((right & (p >= t)).sum()), int((p >= t).sum())) if mine else (0, 0) for t in [*GRID, 0.4]
        }

    def f1() -> float:
        hits, made = (sum(tables[g][t][k] for g, t in chosen.items()) for k in (0, 1))
        return 2 * hits / max(1, made + gold)

    for _ in itertools.repeat(None, 6):
        before = dict(chosen)
        for group in chosen:
            scored = []
            for t in GRID:
                chosen[group] = t
                scored.append((f1(), t))
            # Of thresholds that are as good but for noise, the one that prefers fewer and surer claims.
            best = max(scored)[0]
            chosen[group] = min((abs(t - 0.5), t) for score, t in scored if score >= best - 0.0005)[1]
        if chosen == before:
            break
    return chosen


def platt(guesses: Sequence[Guess], rounds: int = 200) -> tuple[float, float]:
    """Slope and intercept on the log odds (Platt 1999), by damped Newton steps with a pull towards no change."""
    if len(guesses) < 20:
        return 1.0, 0.0
    p = np.clip([g.probability for g in guesses], 1e-4, 1 - 1e-4)
    x, y = np.log(p / (1 - p)), np.asarray([g.right for g in guesses], float)
    design = np.stack([x, np.ones_like(x)], 1)
    w, prior = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(rounds):
        q = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        gradient = design.T @ (q - y) + 2.0 * (w - prior)
        hessian = design.T @ (design * (q * (1 - q))[:, None]) + 2.0 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        w = w - step * min(1.0, 0.5 / float(np.abs(step).max() + 1e-9))
    return round(float(w[0]), 4), round(float(w[1]), 4)


def write_predictions(reader: Any, papers: Iterable[dict[str, Any]], path: Path) -> None:
    """Read gold papers' texts with a reader and write what the scorer takes."""
    texts = ((f"{p['title']}\n{p['abstract']}", p) for p in papers)
    with path.open("w", encoding="utf-8") as out:
        for claims, p in reader.read(texts):
            out.write(json.dumps({"id": p["id"], "title": p["title"], **claims}, ensure_ascii=False) + "\n")
