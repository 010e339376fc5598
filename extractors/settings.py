"""What was chosen after training: thresholds, calibration, and which ends a relation may have."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Least probabilities that are looked at when thresholds are chosen.
SPAN_FLOOR = 0.2


@dataclass(slots=True)
class Settings:
    """Thresholds and calibration of a trained reader.

    Attributes:
        name: what claims say read them.
        span: least probability of a span being a mention.
        entity: least probability by entity type.
        introduced: least probability of being introduced.
        relation: least probability by relation type.
        result: least probability of a number being a result.
        ends: for each relation its allowed (head type, tail type); "paper" may be a head.
        calibration: for "entity", "introduced", "relation" and "result" slope and intercept on the log odds.
    """

    name: str = "paperkg-untuned"
    span: float = SPAN_FLOOR
    entity: dict[str, float] = field(default_factory=dict)
    introduced: float = 0.5
    relation: dict[str, float] = field(default_factory=dict)
    result: float = 0.5
    ends: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    calibration: dict[str, tuple[float, float]] = field(default_factory=dict)

    def confidence(self, what: str, probability: float) -> float:
        """A probability corrected on held-out papers, rounded to three digits."""
        slope, intercept = self.calibration.get(what, (1.0, 0.0))
        p = min(max(probability, 1e-6), 1 - 1e-6)
        return round(1.0 / (1.0 + math.exp(-(slope * math.log(p / (1 - p)) + intercept))), 3)

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def load_settings(path: Path) -> Settings:
    """Read what `Settings.save` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["ends"] = {r: [(h, t) for h, t in pairs] for r, pairs in raw["ends"].items()}
    raw["calibration"] = {k: (a, b) for k, (a, b) in raw["calibration"].items()}
    return Settings(**raw)
