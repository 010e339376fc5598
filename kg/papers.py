"""The paper as a record: what a source yields and an extractor reads."""

from __future__ import annotations

from dataclasses import dataclass


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
