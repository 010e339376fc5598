"""The command line, thin over `kg.api`."""

from __future__ import annotations

from kg.cli.manual import main

__all__ = ["main"]
