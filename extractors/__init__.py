"""Text to claims: a spaCy pipeline whose components each do one thing, and its trained weights."""

from extractors.pipeline import Reader, ReaderNotFoundError, default_reader, load_reader, paper_pipeline

__all__ = ["Reader", "ReaderNotFoundError", "default_reader", "load_reader", "paper_pipeline"]
