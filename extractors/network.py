"""The trained network at run time: ONNX Runtime, no PyTorch."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from extractors.features import Encoded

Array = NDArray[Any]


class ReadingNetwork(Protocol):
    """What reads: an encoder and its heads, over arrays. Shapes are those of `extractors.training.network`."""

    def encode(self, window: Encoded) -> Array:
        """Hidden states of a window's pieces, (pieces, width)."""
        ...

    def spans(self, *arrays: Array) -> Array:
        """Scores of spans."""
        ...

    def entities(self, *arrays: Array) -> tuple[Array, ...]:
        """Representations, kinds, introduced."""
        ...

    def relations(self, *arrays: Array) -> tuple[Array, ...]:
        """Relations and outcomes."""
        ...

    def results(self, *arrays: Array) -> tuple[Array, ...]:
        """Judgements of numbers and their roles."""
        ...


class OnnxNetwork:
    """The files that `extractors.training.export` wrote, as sessions of ONNX Runtime.

    Args:
        folder: where the files are.
        threads: threads within an operator; by default `PAPERKG_THREADS`, else all cores.

    Raises:
        FileNotFoundError: a file is missing.
    """

    PARTS = ("encoder", "spans", "entities", "relations", "results")

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        import onnxruntime

        missing = [p for p in self.PARTS if not (folder / f"{p}.onnx").exists()]
        if missing:
            raise FileNotFoundError(f"{folder}: the reader's weights are incomplete, no {missing[0]}.onnx")

        def session(part: str) -> Any:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = (
                count if part == "encoder" else 1
            )  # the heads are too small to share
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            options.enable_cpu_mem_arena = False  # the arena keeps the largest batch's memory for good
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            return onnxruntime.InferenceSession(
                str(folder / f"{part}.onnx"), options, providers=["CPUExecutionProvider"]
            )

        count = threads or int(os.environ.get("PAPERKG_THREADS", "0"))
        self._sessions = {part: session(part) for part in self.PARTS}
        self._inputs = {p: [i.name for i in s.get_inputs()] for p, s in self._sessions.items()}

    def _run(self, part: str, *arrays: Array) -> tuple[Array, ...]:
        return tuple(self._sessions[part].run(None, dict(zip(self._inputs[part], arrays, strict=True))))

    def encode(self, window: Encoded) -> Array:
        """Hidden states of a window's pieces.

        One window at a time: int8 activations are scaled by what is read together, so that in a batch a text's
        claims would depend on its neighbours. It is no slower, as nothing is padded.
        """
        hidden: Array = self._run("encoder", window.ids[None], window.shape[None])[0][0]
        return hidden

    def spans(self, *arrays: Array) -> Array:
        """Scores of spans."""
        return self._run("spans", *arrays)[0]

    def entities(self, *arrays: Array) -> tuple[Array, ...]:
        """Representations, kinds, introduced."""
        return self._run("entities", *arrays)

    def relations(self, *arrays: Array) -> tuple[Array, ...]:
        """Relations and outcomes."""
        return self._run("relations", *arrays)

    def results(self, *arrays: Array) -> tuple[Array, ...]:
        """Judgements of numbers and their roles."""
        return self._run("results", *arrays)


@lru_cache(maxsize=4)
def load_network(folder: str) -> OnnxNetwork:
    """The network in a folder, loaded once a process."""
    return OnnxNetwork(Path(folder))
