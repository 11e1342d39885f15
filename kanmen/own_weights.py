"""Weights of one's own: a file that may be loaded, and the words by which a manifest knows it."""

from pathlib import Path

from kanmen.progress import Report
from kanmen.weights import described, prepare
from kanmen.whole_files import sha256_of
from models.errors import AssetError
from models.weights import OWN, Weights, manifest


def had(model: str, folder: Path, progress: Report, *, trust: bool) -> tuple[Weights, Path]:
    """The weights that a command names: by their name in the manifest, or as the path of a .pt.

    Raises:
        AssetError: they cannot be had, or a .pt is not in the manifest and nobody said that it may be trusted.
        ModelError: they cannot be read.
    """
    if not model.endswith(".pt"):
        name, path = prepare(model, folder, progress)
        return described(name, path), path
    path = Path(model)
    known = _trusted(path, folder, trust=trust)
    if known is not None:
        return known, path
    from detect.export import describe  # noqa: PLC0415 (it loads torch)

    return describe(path), path


def entry(weights: Weights) -> str:
    """What a manifest says of weights, as TOML."""
    name = weights.name
    lines = [
        f'[weights."{name}"]',
        f'architecture = "{weights.architecture}"',
        f'head = "{weights.head}"',
        f'classes = "{weights.classes}"',
        f"input = [{weights.width}, {weights.height}]",
        f'format = "{weights.format}"',
        f'licence = "{weights.asset.licence}"',
    ]
    for file in weights.asset.files:
        lines += ["", f'[[weights."{name}".files]]', f'path = "{file.path}"', f"bytes = {file.size}"]
        lines += [f'sha256 = "{file.sha256}"']
    return "\n".join(lines)


def _trusted(path: Path, folder: Path, *, trust: bool) -> Weights | None:
    """What the manifest says of a .pt of these bytes; None where it says nothing and it is to be trusted all the same.

    Raises:
        AssetError: the file is not there, or not to be trusted.
    """
    try:
        sha256 = sha256_of(path)
    except OSError as error:
        raise AssetError(f"{path} cannot be read: {error.strerror}") from error
    for weights in manifest(folder).weights.values():
        if weights.format == "pytorch" and any(file.sha256 == sha256 for file in weights.asset.files):
            return weights
    if trust:
        return None
    raise AssetError(
        f"{path} is not in the manifest (sha256 {sha256}).\n"
        "  A .pt is a pickle: to read it can run code that its maker put there, with all your rights.\n"
        "  Remedy: if you know who made it and that these are their bytes, add --trust; `kanmen models export` with "
        f"--format pytorch then prints the entry for {folder / OWN} by which it is known from then on."
    )
