"""The spaCy components of the default pipeline; each does one thing and leaves it on the `Doc`.

| component | reads | leaves |
|---|---|---|
| `paper_sentences` | the text | sentence starts; `doc._.sentence_spans` |
| `paper_abbreviations` | the text | `doc._.abbreviations`: (long form, abbreviation) pairs |
| `paper_encoder` | the text | `doc._.reading`, the encoder's output |
| `paper_entities` | the reading | `doc._.entities`; `doc.spans["entities"]`, `doc.ents` |
| `paper_introduced` | the entities | `introduced` on each |
| `paper_relations` | entities and reading | `doc._.relations` |
| `paper_results` | entities and reading | `doc._.results` |
"""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from extractors.abbreviations import definitions
from extractors.entities import read_entities
from extractors.features import encode
from extractors.introduced import SAID, says_introduced
from extractors.network import ReadingNetwork, load_network
from extractors.reading import stitch
from extractors.relations import read_relations
from extractors.results import read_results
from extractors.sentences import sentence_spans
from extractors.settings import Settings, load_settings
from extractors.tokenizer import split_at

for _name in ("reading", "title_end"):
    Doc.set_extension(_name, default=None, force=True)
for _name in ("sentence_spans", "abbreviations", "entities", "relations", "results"):
    Doc.set_extension(_name, default=[], force=True)


@Language.component("paper_sentences")
def paper_sentences(doc: Doc) -> Doc:
    """Mark where sentences begin; a token that two sentences share belongs to the first."""
    spans = sentence_spans(doc.text)
    doc._.sentence_spans = spans
    doc._.title_end = max(0, doc.text.find("\n"))
    starts = {a for a, _ in spans}
    for token in doc:
        token.is_sent_start = token.idx in starts or token.i == 0
    return doc


@Language.component("paper_abbreviations")
def paper_abbreviations(doc: Doc) -> Doc:
    """Find the abbreviations that the text defines."""
    doc._.abbreviations = definitions(doc.text)
    return doc


@Language.factory("paper_encoder", default_config={"model": ""})
class PaperEncoder:
    """Run the encoder over the text; a text longer than its reach is read in windows that overlap."""

    def __init__(self, nlp: Language, name: str, model: str) -> None:
        from tokenizers import Tokenizer

        self.network: ReadingNetwork = load_network(model)
        self.tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        windows = encode(doc.text, self.tokenizer, title_end=doc._.title_end)
        if windows:
            hidden = [self.network.encode(w) for w in windows]
            doc._.reading = stitch(windows, hidden, doc._.sentence_spans)
        return doc


class _Reading:
    """A component that needs the trained network and its settings."""

    def __init__(self, nlp: Language, name: str, model: str) -> None:
        self.network: ReadingNetwork = load_network(model)
        self.settings: Settings = load_settings(Path(model) / "settings.json")


@Language.factory("paper_entities", default_config={"model": ""})
class PaperEntities(_Reading):
    """Find entities and make them spans of tokens, cutting tokens where a name ends inside one."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        if doc._.reading is None:
            return doc
        doc._.entities = read_entities(doc.text, doc._.reading, self.network, self.settings, doc._.title_end)
        mentions = [(a, b, e.type) for e in doc._.entities for a, b in e.mentions]
        split_at(doc, {place for a, b, _ in mentions for place in (a, b)})
        # Not `char_span`, which goes through all tokens each time.
        begins = {token.idx: token.i for token in doc}
        ends = {token.idx + len(token): token.i + 1 for token in doc}
        kept = [
            Span(doc, begins[a], ends[b], label)
            for a, b, label in sorted(mentions)
            if a in begins and b in ends
        ]
        doc.spans["entities"] = kept
        doc.ents = tuple(filter_spans(kept))
        return doc


@Language.factory("paper_introduced", default_config={"model": ""})
class PaperIntroduced(_Reading):
    """Decide what the paper introduces."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        for e in doc._.entities:
            if says_introduced(doc.text, e, doc._.title_end):
                e.introduced_probability = max(e.introduced_probability, SAID)
            e.introduced = e.introduced_probability >= self.settings.introduced
        return doc


@Language.factory("paper_relations", default_config={"model": ""})
class PaperRelations(_Reading):
    """Find relations."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        if doc._.reading is not None:
            doc._.relations = read_relations(
                doc.text, doc._.reading, doc._.entities, self.network, self.settings
            )
        return doc


@Language.factory("paper_results", default_config={"model": ""})
class PaperResults(_Reading):
    """Find results."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        if doc._.reading is not None:
            doc._.results = read_results(
                doc.text, doc._.reading, doc._.entities, doc._.sentence_spans, self.network, self.settings
            )
        return doc
