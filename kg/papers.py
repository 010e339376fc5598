"""The paper as a record: what a source yields and an extractor reads."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

from kg.names import plain_name


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper.

    Attributes:
        key: stable identity: ``arxiv:2406.01234`` or ``arxiv:quant-ph/0112019`` (archive kept, subject class
            and version dropped), else ``title:`` and a digest of the normalised title.
        title: as the source gives it, white space collapsed to single blanks.
        abstract: as the source gives it, white space collapsed; ``""`` where there is none.
        version: the arXiv version, where the source names one.
        url: the page of the abstract.
        published: ISO date of first publication.
        listed: ISO date on which the source listed it.
        authors: names, in order.
        categories: arXiv categories, primary first.
        comments: the author's comments field.
        withdrawn: the source says that the paper was withdrawn.
    """

    key: str
    title: str
    abstract: str = ""
    version: int | None = None
    url: str | None = None
    published: str | None = None
    listed: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    comments: str | None = None
    withdrawn: bool = False

    @property
    def text(self) -> str:
        """Title, line break, abstract: what every offset counts in."""
        return f"{self.title}\n{self.abstract}"


def title_letters(title: str) -> str:
    """The letters and digits of a title, in every script, without case, LaTeX and accents on Latin letters.

    Two sources seldom agree on a title's punctuation, blanks, accents and dashes; they agree on these. ``+`` and
    ``#`` stay, for they tell C, C++ and C# apart. A title with none of them is kept as it is.

    Args:
        title: the title, LaTeX and all.

    Returns:
        The normalised title; ``""`` only for a blank one.
    """
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain_name(title)).casefold()):
        kind = unicodedata.category(char)[0]
        if (
            kind == "M"
        ):  # a vowel sign is part of the word in most scripts; an accent on a Latin letter is not
            if not latin:
                kept.append(char)
        elif kind in "LN" or char in "+#":
            kept.append(char)
            latin = char < "\u0250"
    return "".join(kept) or " ".join(title.split())


def title_key(title: str) -> str:
    """The key of a paper that has no arXiv id, and what tells that two sources name the same paper.

    Args:
        title: the title, LaTeX and all.

    Returns:
        ``title:`` and 20 hexadecimal digits, equal for titles that differ in case, punctuation or blanks only.
    """
    letters = title_letters(title).encode("utf-8", "surrogatepass")
    return "title:" + hashlib.blake2b(letters, digest_size=10).hexdigest()
