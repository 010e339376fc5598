"""The training run: warm-up, linear decay, a checkpoint each epoch, resumable."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from extractors.training.data import Example
from extractors.training.losses import batch_loss
from extractors.training.network import Network, Sizes


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn."""

    epochs: int = 4
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warm_up: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    seed: int = 20261126


def load_encoder(network: Network, path: Path) -> None:
    """Copy a BERT's weights, under the names of `transformers.BertModel`, into the encoder.

    Args:
        network: its encoder may have fewer layers than the file; the lowest are taken.
        path: a safetensors file in any float type.

    Raises:
        KeyError: the file lacks a weight.
    """
    raw = {k.removeprefix("bert."): v.float() for k, v in load_file(path).items()}
    e = network.encoder
    with torch.no_grad():
        e.words.weight.copy_(raw["embeddings.word_embeddings.weight"])
        # All of a text is of the first segment; its vector is folded into the positions.
        e.positions.weight.copy_(
            raw["embeddings.position_embeddings.weight"] + raw["embeddings.token_type_embeddings.weight"][0]
        )
        e.norm.weight.copy_(raw["embeddings.LayerNorm.weight"])
        e.norm.bias.copy_(raw["embeddings.LayerNorm.bias"])
        for i, layer in enumerate(e.layers):
            p = f"encoder.layer.{i}."
            for kind in ("weight", "bias"):
                layer.self_attn.get_parameter(f"in_proj_{kind}").copy_(
                    torch.cat([raw[f"{p}attention.self.{x}.{kind}"] for x in ("query", "key", "value")])
                )
                layer.self_attn.out_proj.get_parameter(kind).copy_(raw[f"{p}attention.output.dense.{kind}"])
                layer.norm1.get_parameter(kind).copy_(raw[f"{p}attention.output.LayerNorm.{kind}"])
                layer.linear1.get_parameter(kind).copy_(raw[f"{p}intermediate.dense.{kind}"])
                layer.linear2.get_parameter(kind).copy_(raw[f"{p}output.dense.{kind}"])
                layer.norm2.get_parameter(kind).copy_(raw[f"{p}output.LayerNorm.{kind}"])


def batches(data: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Batches of papers of like length, in random order."""
    order = list(range(len(data)))
    rng.shuffle(order)
    pool = size * 16
    runs = []
    for i in range(0, len(order), pool):
        chunk = sorted(order[i : i + pool], key=lambda k: len(data[k].encoded.ids))
        runs += [chunk[j : j + size] for j in range(0, len(chunk), size)]
    rng.shuffle(runs)
    for run in runs:
        yield [data[k] for k in run]


def train(
    network: Network,
    data: list[Example],
    plan: Plan,
    folder: Path,
    *,
    log: Callable[[str], None],
) -> None:
    """Train, from the last checkpoint in ``folder`` where there is one.

    Args:
        network: with a pretrained encoder.
        data: examples to learn from.
        plan: rates and lengths.
        folder: gets `checkpoint.pt` (everything needed to go on) and `log.jsonl`.
        log: takes a line of progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoder = set(network.encoder.parameters()) - set(network.encoder.shapes.parameters())
    groups = [
        {"params": [p for p in network.parameters() if p in encoder], "lr": plan.encoder_rate},
        {"params": [p for p in network.parameters() if p not in encoder], "lr": plan.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=plan.weight_decay)
    steps = -(-len(data) // plan.batch) * plan.epochs
    warm = max(1, int(steps * plan.warm_up))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / max(1, steps - warm)))
    )
    begin = _resume(folder, network, optimizer, schedule)
    for epoch in range(begin, plan.epochs):
        rng = random.Random(plan.seed + epoch)
        torch.manual_seed(plan.seed + epoch)
        network.train()
        started = time.time()
        sums: dict[str, float] = {}
        for step, batch in enumerate(batches(data, plan.batch, rng), 1):
            loss, parts = batch_loss(network, batch, rng)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), plan.clip)
            optimizer.step()
            schedule.step()
            for k, v in parts.items():
                sums[k] = sums.get(k, 0.0) + v
            if step % 20 == 0:
                means = " ".join(f"{k} {v / 20:.3f}" for k, v in sums.items())
                log(f"epoch {epoch + 1} step {step} {(time.time() - started) / step:.2f} s/step  {means}")
                sums = {}
        state = {
            "epoch": epoch + 1,
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "sizes": network.sizes.as_dict(),
        }
        torch.save(state, folder / "checkpoint.tmp")
        (folder / "checkpoint.tmp").replace(folder / "checkpoint.pt")
        with (folder / "log.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps({"epoch": epoch + 1, "seconds": round(time.time() - started)}) + "\n")
        log(f"epoch {epoch + 1} done in {time.time() - started:.0f} s")


def _resume(folder: Path, network: Network, optimizer: Any, schedule: Any) -> int:
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["epoch"])


def load_checkpoint(path: Path) -> Network:
    """The network of a checkpoint, ready to read."""
    state = torch.load(path, weights_only=True, map_location="cpu")
    network = Network(Sizes(**state["sizes"]))
    network.load_state_dict(state["network"])
    return network.eval()
