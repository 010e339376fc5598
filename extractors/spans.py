"""Between characters, units and spans."""

from __future__ import annotations

import numpy as np

from extractors.features import Encoded
from extractors.geometry import UnitSpan
from extractors.numbers import UNITS, Number


def units_of(encoded: Encoded, start: int, end: int) -> UnitSpan:
    """First and last unit that a run of characters touches."""
    first = int(np.searchsorted(encoded.end, start, side="right"))
    last = int(np.searchsorted(encoded.start, end, side="left")) - 1
    first = min(first, len(encoded.start) - 1)
    return first, max(first, last)


def number_form(number: Number) -> int:
    """What the grammar saw of a number (form, unit, sign) as one index below `FORMS * 12`."""
    return (number.form * len(UNITS) + UNITS.index(number.unit)) * 3 + number.sign + 1
