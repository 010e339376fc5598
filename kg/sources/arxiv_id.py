"""arXiv identifiers in every form that people and programs write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

# The archives that gave ids before April 2007. No more can come, and an open pattern would take any
# "word/1234567" for a paper.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|"
    "dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|"
    "physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_SITE = (
    r"(?:https?://)?(?:[\w-]+\.)*(?:"
    r"(?:arxiv|alphaxiv|ar5iv)\.org/(?:abs|pdf|html|format|src|ps|e-print|tex|overview)/"
    r"|ar5iv\.(?:labs\.arxiv\.)?org/(?:abs/|pdf/|html/)?"
    r"|(?:huggingface\.co|hf\.co)/papers/"
    r"|doi\.org/10\.48550/)"
)
_ID = re.compile(
    rf"""
    (?: (?:{_SITE} | (?:doi:\s*)?10\.48550/ | oai:)? (?:arxiv(?:\.org:|:\s*|\.))? )
    (?:
        (?P<new> (?P<yymm> [0-9]{{2}}(?:0[1-9]|1[0-2]) ) \. (?P<number> [0-9]{{4,5}} ) )
      | (?P<archive> {_ARCHIVES} ) (?: \.[a-z]+ (?:-[a-z]+)? )? /
        (?P<old> (?: 9[1-9] | 0[0-7] ) (?: 0[1-9] | 1[0-2] ) [0-9]{{3}} )
    )
    (?: v (?P<version> [0-9]{{1,3}} ) )?
    (?: \.pdf )? /? (?: [?\#] .* | \s* \[ [\w.-]+ \] .* )?
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ArxivId:
    """A paper on arXiv: its ``key`` in the graph, and the version where one is named."""

    key: str
    version: int | None = None


def parse_arxiv_id(text: str) -> ArxivId | None:
    """Read an arXiv identifier: bare, with ``arXiv:``, as a DOI, or as the address of a page or a PDF.

    Ids from before April 2007 keep their archive; the subject class is dropped, as arXiv itself drops it.

    Args:
        text: ``2406.01234v2``, ``math.GT/0309136``, ``https://arxiv.org/pdf/2406.01234v2.pdf``, a key, ...

    Returns:
        The id, or None where the text is none.
    """
    match = _ID.fullmatch(unquote(text.strip())) if len(text) < 300 else None
    if match is None:
        return None
    if match["new"]:
        # Ids began in April 2007 with four digits; five since January 2015.
        if match["yymm"] < "0704" or len(match["number"]) != (4 if match["yymm"] < "1501" else 5):
            return None
        name = match["new"]
    else:
        if match["old"][0] == "0" and match["old"][:4] > "0703":
            return None
        name = f"{match['archive'].lower()}/{match['old']}"
    version = int(match["version"]) if match["version"] else None
    return ArxivId(f"arxiv:{name}", version or None)


def abstract_url(key: str) -> str | None:
    """The address of a paper's abstract page.

    Args:
        key: a Paper's key.

    Returns:
        The page on arxiv.org, or None for a paper without an arXiv id.
    """
    kind, _, name = key.partition(":")
    return f"https://arxiv.org/abs/{name}" if kind == "arxiv" else None
