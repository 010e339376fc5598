"""The default reader: one spaCy pipeline, loaded from the weights that ship with the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, TypeVar

Context = TypeVar("Context")
MODEL = Path(__file__).parent / "model"


class Reader(Protocol):
    """What turns texts into claims. Register one as an entry point of the group `paperkg.readers`: a function
    without arguments that returns it.
    """

    name: str

    def read(
        self, texts: Iterable[tuple[str, Context]], *, batch_size: int = 16
    ) -> Iterator[tuple[dict[str, Any], Context]]:
        """For each (text, context) its claims and the context, in order."""
        ...


class ReaderNotFoundError(LookupError):
    """No reader is registered under a name."""


class SpacyReader:
    """A spaCy pipeline as a reader.

    Args:
        nlp: a pipeline whose components leave entities, relations and results on the `Doc`.
        settings: name and calibration.
    """

    def __init__(self, nlp: Any, settings: Any) -> None:
        self.nlp = nlp
        self.settings = settings
        self.name: str = settings.name

    def read(
        self, texts: Iterable[tuple[str, Context]], *, batch_size: int = 16
    ) -> Iterator[tuple[dict[str, Any], Context]]:
        """Read texts as they come.

        Args:
            texts: (title, line break, abstract; anything that is to come back with it).
            batch_size: how many are taken before the first is given back; 1 for slow streams.

        Yields:
            Claims (`extractors.claims.doc_claims`) and what came with the text.
        """
        from extractors.claims import doc_claims

        for doc, context in self.nlp.pipe(texts, as_tuples=True, batch_size=batch_size):
            yield doc_claims(doc, self.settings), context


def paper_pipeline(model: Path = MODEL) -> Any:
    """Make the spaCy `Language` that reads abstracts.

    Args:
        model: folder with the weights, the tokenizer and `settings.json`.

    Raises:
        FileNotFoundError: the folder lacks a file.
    """
    import spacy

    from extractors import components, tokenizer  # noqa: F401  (registers them)

    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "paperkg.PaperTokenizer.v1"}}})
    nlp.max_length = 10_000_000
    nlp.add_pipe("paper_sentences")
    nlp.add_pipe("paper_abbreviations")
    for part in ("encoder", "entities", "introduced", "relations", "results"):
        nlp.add_pipe(f"paper_{part}", config={"model": str(model)})
    return nlp


def default_reader(model: Path = MODEL) -> SpacyReader:
    """The reader that ships with paperkg."""
    from extractors.settings import load_settings

    return SpacyReader(paper_pipeline(model), load_settings(model / "settings.json"))


def load_reader(name: str = "default") -> Reader:
    """The reader registered under a name.

    Args:
        name: "default", or an entry point of the group `paperkg.readers`.

    Raises:
        ReaderNotFoundError: there is none; the message lists those there are.
    """
    if name == "default":
        return default_reader()
    found = {e.name: e for e in entry_points(group="paperkg.readers")}
    if name not in found:
        raise ReaderNotFoundError(f"no reader {name!r}; there are: {', '.join(sorted({'default', *found}))}")
    reader: Reader = found[name].load()()
    return reader
