"""From PyTorch to ONNX files with int8 weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from extractors.features import SHAPE_SIZES
from extractors.training.network import Network

UNITS, PIECES, ENTITIES, NUMBERS = "units", "pieces", "entities", "numbers"


def export(network: Network, folder: Path, *, quantise: bool = True) -> None:
    """Write `encoder.onnx`, `spans.onnx`, `entities.onnx`, `relations.onnx`, `results.onnx` and `sizes.json`.

    Args:
        network: a trained network.
        folder: made if needed.
        quantise: store the encoder's matrices as int8 (one scale a column).
    """
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    s = network.sizes
    u, p, n, k = 40, 64, 5, 3
    first, last, document = torch.randn(u, s.width), torch.randn(u, s.width), torch.randn(s.width)
    rep, kinds = torch.randn(n, s.entity), torch.randint(1, 7, (n,))

    def geometry(heads: int, tails: int) -> tuple[Tensor, Tensor, Tensor]:
        return (
            torch.zeros(heads, tails, 4, dtype=torch.long),
            torch.zeros(heads, tails, u),
            torch.zeros(heads, tails, u),
        )

    ids = torch.randint(1000, 2000, (1, p))
    shape = torch.stack([torch.randint(0, size, (1, p)) for size in SHAPE_SIZES], -1)
    _write(
        network.encoder,
        folder / "encoder.onnx",
        (ids, shape),
        ["ids", "shape"],
        ["hidden"],
        {"ids": {1: PIECES}, "shape": {1: PIECES}},
    )
    _write(
        network.spans,
        folder / "spans.onnx",
        (first, last),
        ["first", "last"],
        ["scores"],
        {"first": {0: UNITS}, "last": {0: UNITS}},
    )
    facts = torch.zeros(n, 3, dtype=torch.long)
    _write(
        network.entities,
        folder / "entities.onnx",
        (first, last, document, torch.randn(3, n, u), torch.randn(n, 7), facts),
        ["first", "last", "document", "pooling", "spans", "facts"],
        ["entities", "kind", "introduced"],
        {
            "first": {0: UNITS},
            "last": {0: UNITS},
            "pooling": {1: ENTITIES, 2: UNITS},
            "spans": {0: ENTITIES},
            "facts": {0: ENTITIES},
        },
    )
    _write(
        network.relations,
        folder / "relations.onnx",
        (rep, kinds, document, first, *geometry(n + 1, n)),
        ["entities", "kinds", "document", "first", "features", "sentence", "between"],
        ["relation", "outcome"],
        {
            "entities": {0: ENTITIES},
            "kinds": {0: ENTITIES},
            "first": {0: UNITS},
            "features": {0: "heads", 1: ENTITIES},
            "sentence": {0: "heads", 1: ENTITIES, 2: UNITS},
            "between": {0: "heads", 1: ENTITIES, 2: UNITS},
        },
    )
    _write(
        network.results,
        folder / "results.onnx",
        (
            torch.randn(3, k, u),
            torch.zeros(k, dtype=torch.long),
            rep,
            kinds,
            document,
            first,
            last,
            *geometry(k, n + 1),
        ),
        [
            "pooling",
            "form",
            "entities",
            "kinds",
            "document",
            "first",
            "last",
            "features",
            "sentence",
            "between",
        ],
        ["judged", "roles"],
        {
            "pooling": {1: NUMBERS, 2: UNITS},
            "form": {0: NUMBERS},
            "entities": {0: ENTITIES},
            "kinds": {0: ENTITIES},
            "first": {0: UNITS},
            "last": {0: UNITS},
            "features": {0: NUMBERS, 1: "tails"},
            "sentence": {0: NUMBERS, 1: "tails", 2: UNITS},
            "between": {0: NUMBERS, 1: "tails", 2: UNITS},
        },
    )
    (folder / "sizes.json").write_text(json.dumps(s.as_dict(), indent=1) + "\n", encoding="utf-8")
    if quantise:
        _quantise(folder / "encoder.onnx")


def _write(
    module: Any,
    path: Path,
    arguments: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    dynamic: dict[str, dict[int, str]],
) -> None:
    torch.onnx.export(
        module,
        arguments,
        str(path),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=dynamic,
        dynamo=False,
        opset_version=17,
    )


def _quantise(path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared, small = path.with_suffix(".prepared"), path.with_suffix(".int8")
    quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared),
        str(small),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
    )
    prepared.unlink()
    small.replace(path)
