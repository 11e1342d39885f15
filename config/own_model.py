"""Models that a site brings for what its detector does not know: fire and smoke, fights."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from config.checked import ANumber, Checked
from config.paths import Named


def _is_onnx(path: Path | None) -> Path | None:
    if path is not None and path.suffix != ".onnx":
        raise ValueError("must be an ONNX file, NAME.onnx")
    return path


def _is_hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("must be 64 of 0-9 and a-f, as sha256sum prints them")
    return text


class OwnModel(Checked):
    """One ONNX file: it looks at every picture, or at the last few, and says with which score it sees what it knows."""

    path: Annotated[Named | None, AfterValidator(_is_onnx)] = None
    """None: there is none."""
    sha256: Annotated[str, AfterValidator(_is_hash)] | None = None
    columns: Annotated[tuple[Annotated[int, ANumber, Field(ge=0, le=1000)], ...], Field(min_length=1)] = (0,)
    """Which of its scores mean it."""
    score: Annotated[float, ANumber, Field(gt=0, lt=1)] = 0.6
    """What it says with this score is a hit."""


OWN_MODELS: Final = {"FIRE": "fire", "FIGHT": "fight"}
"""Rules that are off until a model is named, and under which key of `detector`."""


def wrong_file(model: OwnModel) -> Iterator[tuple[str, str]]:
    """What is wrong with its file, as (key, what to do)."""
    if model.path is None:
        return
    try:
        with model.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        yield (
            "path",
            f"{model.path} cannot be read ({error.strerror}); mend the name, or write null",
        )
        return
    if found != model.sha256:
        yield "sha256", f"{model.path} hashes to {found}; write that, if it is the file that you mean"
