"""Names of files and folders as they stand in a configuration."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _is_a_path(path: Path) -> Path:
    try:
        path.expanduser()
    except RuntimeError:
        raise ValueError("begins with the name of a user whom this machine does not know; write /… in full") from None
    if "\0" in str(path):
        raise ValueError("must be the name of a folder, or of a file in one")
    return path


Named = Annotated[Path, AfterValidator(_is_a_path)]
"""One that this machine can look for."""
