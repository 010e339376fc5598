"""A spaCy tokenizer for abstracts, which keeps names, LaTeX and addresses whole."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

_PREFIXES = [
    r"\(",
    r"\[",
    r"\{",
    r'"',
    r"'",
    "“",
    "‘",
    "«",
    r"``",
    ",",
    ";",
    ":",
    r"~",
    r"non-(?=[A-Z])",
    r"\*+",
]
_SUFFIXES = [
    r"\)", r"\]", r"\}", r'"', r"'", "”", "’", "»", "''", ",", ";", ":", r"!", r"\?", r"…", r"\.\.+",
    r"(?<=[\w%)\]}$\"'+])\.", r"'s", "’s", r"\*+", r"(?<=\d)\\?%",
    r"(?<=[\w.])-(?:based|level|style|like|powered|driven|trained|tuned|generated|enhanced|free|scale|class|family)",
]  # fmt: skip
_INFIXES = [
    r"—|–(?=[A-Za-z])|--+",
    r"(?<=[A-Za-z0-9)])/(?=[A-Za-z])",
    r"(?<=\w)[,;](?=[A-Za-z])",
    r"(?<=\w)(?=\()",
]
_WHOLE = re.compile(r"https?://\S*[\w/]|\\[A-Za-z]+\{[^{}\s]*\}|[A-Za-z]+_\{\w+\}|\$[^$\s]+\$")


def paper_tokenizer(nlp: Language) -> Tokenizer:
    """Make the tokenizer.

    Names such as Qwen2.5-VL-7B, GPT-4o, nDCG@10 and R1-CI-14B, LaTeX such as F_{1} and `\\textbf{X}`, and web
    addresses stay one token; "Qwen9-based", "non-LoRA" and "BERT/RoBERTa" do not.

    Args:
        nlp: the pipeline whose vocabulary is used.
    """
    return Tokenizer(
        nlp.vocab,
        prefix_search=compile_prefix_regex(_PREFIXES).search,
        suffix_search=compile_suffix_regex(_SUFFIXES).search,
        infix_finditer=compile_infix_regex(_INFIXES).finditer,
        token_match=_WHOLE.fullmatch,
    )


@registry.tokenizers("paperkg.PaperTokenizer.v1")
def _create() -> object:
    return paper_tokenizer


def split_at(doc: Doc, places: Iterable[int]) -> int:
    """Cut tokens at characters, so that every name is a span of tokens.

    Args:
        doc: any document.
        places: characters of the text at which a token must begin or end.

    Returns:
        How many tokens were cut.
    """
    cuts: dict[int, set[int]] = {}
    tokens = list(doc)
    starts = [t.idx for t in tokens]
    for place in places:
        i = bisect_right(starts, place) - 1
        if i >= 0 and starts[i] < place < starts[i] + len(tokens[i]):
            cuts.setdefault(i, set()).add(place - starts[i])
    with doc.retokenize() as retokenizer:
        for i, inner in cuts.items():
            text, borders = tokens[i].text, [0, *sorted(inner), len(tokens[i])]
            parts = [text[a:b] for a, b in itertools.pairwise(borders)]
            retokenizer.split(tokens[i], parts, heads=[(tokens[i], k) for k in range(len(parts))])
    return len(cuts)
