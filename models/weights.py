"""The manifest of detector weights and demo pictures: what each file must hash to, and by which channels it comes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.errors import AssetError

BEST: Final = "best"
"""The name that stands for the best weights that can be had."""

OWN: Final = "weights.toml"
"""A site's own manifest, in its folder of weights: what stands in it is trusted."""

FORMATS: Final = ("openvino", "onnx", "darknet", "pytorch", "engine")
"""OpenVINO IR, ONNX, Darknet (converted to ONNX), ultralytics' .pt, TensorRT's .engine."""

OPENVINO_READS: Final = ("openvino", "onnx", "darknet")
"""Those of them that the openvino backend runs; ultralytics runs the others."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Packaged:
    """A file inside an archive of a package index.

    Attributes:
        project, version: As the index lists it.
        archive: File name of the sdist or wheel.
        size: Of the archive, bytes.
        sha256: Of the archive, hex.
        member: Path of the file within the archive.
    """

    project: str
    version: str
    archive: str
    size: int
    sha256: str
    member: str


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One file of an asset.

    Attributes:
        path: Within the assets folder and within the data folder alike.
        size: Bytes.
        sha256: Hex.
        url: Where it lies on its own, None where nowhere.
        index: Where a package index has it, None where nowhere.
    """

    path: str
    size: int
    sha256: str
    url: str | None = None
    index: Packaged | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that comes by channel: a name, its files (the main one first), its licence (SPDX)."""

    name: str
    licence: str
    files: tuple[AssetFile, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """One detector.

    Attributes:
        asset: Its files; the asset's name is the weights' name.
        architecture: For people.
        head: How its output is read, one of `detect.heads.HEADS`.
        classes: `coco80`.
        width, height: The input it is run with, pixels.
        format: One of `FORMATS`.
    """

    asset: Asset
    architecture: str
    head: str
    classes: str
    width: int
    height: int
    format: str

    @property
    def name(self) -> str:
        """As configuration and status call it."""
        return self.asset.name


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that can come by channel, by name; `best` is the order of preference."""

    weights: Mapping[str, Weights]
    pictures: Mapping[str, Asset]
    best: tuple[str, ...]

    def asset(self, name: str) -> Asset:
        """The files of weights or of a picture.

        Raises:
            AssetError: the manifest has no such name.
        """
        if name in self.weights:
            return self.weights[name].asset
        if name in self.pictures:
            return self.pictures[name]
        known = ", ".join(sorted((*self.weights, *self.pictures)))
        raise AssetError(f"the manifest has no asset {name!r}; it has {known}")

    def detector(self, name: str) -> Weights:
        """The weights of that name.

        Raises:
            AssetError: the manifest has no such weights.
        """
        if name not in self.weights:
            raise AssetError(f"there are no detector weights {name!r}; choose best, {', '.join(sorted(self.weights))}")
        return self.weights[name]


def manifest(folder: Path | None = None) -> Manifest:
    """The manifest that ships with Kanmen, and what a site's own one in its folder of weights adds to it.

    Raises:
        AssetError: the own manifest cannot be read, or gives a name that is taken.
    """
    if folder is None or not (folder / OWN).is_file():
        return _shipped()
    try:
        own = parse((folder / OWN).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, AssetError) as error:
        raise AssetError(f"{folder / OWN}: {error}") from error
    for name in own.weights:
        if name in _shipped().weights:
            raise AssetError(f"{folder / OWN}: Kanmen has weights {name!r} of its own; give yours another name")
    return replace(_shipped(), weights={**_shipped().weights, **own.weights})


@cache
def _shipped() -> Manifest:
    return parse(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def parse(text: str) -> Manifest:
    """Read a manifest.

    Raises:
        AssetError: the text is no manifest; says where.
    """
    try:
        raw = tomllib.loads(text)
        weights = {name: _weights(name, body) for name, body in raw.get("weights", {}).items()}
        pictures = {name: _asset(name, body) for name, body in raw.get("pictures", {}).items()}
        best = tuple(str(name) for name in raw.get("best", ()))
    except KeyError as error:
        raise AssetError(f"the manifest of weights lacks {error}") from error
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError) as error:
        raise AssetError(f"the manifest of weights cannot be read: {error}") from error
    for name in best:
        if name not in weights:
            raise AssetError(f"the manifest's order of preference names {name!r}, which it does not describe")
    return Manifest(weights, pictures, best)


def _weights(name: str, raw: Mapping[str, Any]) -> Weights:
    width, height = raw["input"]
    if raw["format"] not in FORMATS:
        raise ValueError(f"{name}: {raw['format']!r} is no format; known are {', '.join(FORMATS)}")
    return Weights(
        _asset(name, raw),
        str(raw["architecture"]),
        str(raw["head"]),
        str(raw["classes"]),
        int(width),
        int(height),
        str(raw["format"]),
    )


def _asset(name: str, raw: Mapping[str, Any]) -> Asset:
    return Asset(name, str(raw["licence"]), tuple(_file(body) for body in raw["files"]))


def _file(raw: Mapping[str, Any]) -> AssetFile:
    path = Path(raw["path"])
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{raw['path']!r} would leave the folder of assets")
    index = raw.get("index")
    return AssetFile(
        path.as_posix(),
        int(raw["bytes"]),
        _sha256(raw),
        raw.get("url"),
        None if index is None else _packaged(index),
    )


def _packaged(raw: Mapping[str, Any]) -> Packaged:
    return Packaged(
        str(raw["project"]),
        str(raw["version"]),
        str(raw["archive"]),
        int(raw["bytes"]),
        _sha256(raw),
        str(raw["member"]),
    )


def _sha256(raw: Mapping[str, Any]) -> str:
    digest = str(raw["sha256"])
    if not _SHA256.fullmatch(digest):
        raise ValueError(f"{digest!r} is no sha256")
    return digest
