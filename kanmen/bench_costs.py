"""What nobody can save: the processor time of decoding, scaling and bare inference, and the limit it sets."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Final

from kanmen.guard import parent_environment
from models.errors import KanmenError

_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds.

    Attributes:
        decode_s: Decoding one second of one stream, every picture of it; mean over the streams.
        scale_s: Scaling one picture to the detector's input.
        infer_s: One bare inference of one picture, with as many under way as the library finds best.
    """

    decode_s: float
    scale_s: float
    infer_s: float

    @staticmethod
    def between(one: "Costs", other: "Costs") -> "Costs":
        """The means of two measurements, before and after something: a machine that is shared changes its speed."""
        pairs = ((getattr(one, field.name), getattr(other, field.name)) for field in fields(Costs))
        return Costs(*map(fmean, pairs))

    def limit(self, cameras: int, cores: float) -> float:
        """Camera-frames a second: every stream is decoded whole, what is left of the cores scales and infers."""
        return max(0.0, cores - cameras * self.decode_s) / (self.scale_s + self.infer_s)


def measure(model: str, weights: Path, cache: Path, clips: Sequence[Path]) -> Costs:
    """Measure in a process of its own; takes some 10 s. `cache` is that of `scenes.footage.open_footage`.

    Raises:
        KanmenError: it failed; its last words say why.
    """
    command = [sys.executable, "-m", "kanmen.bench_limit", model, str(weights), str(cache), *map(str, clips)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=parent_environment(), timeout=_PATIENCE_S, check=False
    )
    if done.returncode != 0:
        raise KanmenError(f"the limit could not be measured:\n{done.stderr[-2000:]}")
    return Costs(**json.loads(done.stdout))
