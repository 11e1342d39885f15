"""Weights of ultralytics read for what they are, and exported for machines that run no torch."""

import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

from detect.model import last_line
from detect.runtime import ultralytics
from models.errors import ModelError
from models.labels import WATCHED
from models.weights import Asset, AssetFile, Weights

Format = Literal["openvino", "onnx", "pytorch"]
"""`pytorch`: the .pt as it is, with a name and a sha256."""

LICENCE: Final = "AGPL-3.0-only"
"""What Ultralytics holds of everything that its software trained or exported."""

_CLASSES: Final = 80
_USUAL: Final = 640
"""Pixels that ultralytics trains with where nobody says otherwise."""

_NAMES: Final = ("person", "bicycle", "car", "motorcycle", "bus", "truck", "backpack", "handbag", "suitcase")
_COCO: Final = dict(zip(WATCHED, _NAMES, strict=True))


def describe(path: Path) -> Weights:
    """What a .pt is; it is a pickle: whoever calls has made sure that it may be trusted.

    Raises:
        ModelError: it cannot be read, or is no detector of COCO's 80 classes.
    """
    return _described(path, _model(path).model)


def export(path: Path, folder: Path, form: Format, size: tuple[int, int] | None = None, *, dynamic: bool) -> Weights:
    """Export a .pt into a folder of weights; what stood there under the same name is replaced when all is done.

    Args:
        path: A .pt, trusted by the caller.
        folder: Of weights, e.g. `var/models`.
        form: What to make of it.
        size: Input (width, height), pixels, multiples of 32; by default what it was trained with.
        dynamic: Any batch and shape, for a little less speed.

    Returns:
        What the folder's own manifest is to say of the result.

    Raises:
        ModelError: it cannot be read, is no detector of COCO's classes, or ultralytics fails to export it.
        OSError: the disk refuses.
    """
    model = _model(path)
    weights = _described(path, model.model)
    width, height = size or (weights.width, weights.height)
    name = path.stem if form == "pytorch" else f"{path.stem}-{form}-{width}x{height}{'-dynamic' if dynamic else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as work:
        made = _made(model, path, Path(work), form, (height, width), dynamic=dynamic)
        placed = folder / (f"{name}_openvino_model" if form == "openvino" else f"{name}{made.suffix}")
        if placed.is_dir():
            shutil.rmtree(placed)
        made.replace(placed)
    files = tuple(_file(file, folder) for file in _parts(placed))
    return Weights(
        Asset(name, LICENCE, files),
        weights.architecture,
        weights.head,
        weights.classes,
        width,
        height,
        form,
    )


def _model(path: Path) -> Any:  # noqa: ANN401 (ultralytics is untyped)
    try:
        return ultralytics().YOLO(str(path))
    except ModelError:
        raise
    except Exception as error:  # ultralytics and torch raise whatever the file led them to
        raise ModelError(f"{path} cannot be read as weights of ultralytics: {last_line(error)}") from error


def _described(path: Path, network: Any) -> Weights:  # noqa: ANN401 (see above)
    names, task = dict(network.names), getattr(network, "task", None)
    if task != "detect" or len(names) != _CLASSES:
        raise ModelError(f"{path} is for {task} of {len(names)} classes; Kanmen reads detectors of COCO's {_CLASSES}")
    # A network that was never trained has numbers for names.
    other = [names[n] for n in WATCHED if names[n] not in (_COCO[n], str(n))]
    if other:
        raise ModelError(f"{path} finds {', '.join(other)} where COCO has {', '.join(_COCO.values())}")
    size = getattr(network, "args", {}).get("imgsz", _USUAL)
    height, width = size if isinstance(size, (list, tuple)) else (size, size)
    architecture = Path(str(network.yaml.get("yaml_file", path.stem))).stem
    head = "yolo26" if getattr(network, "end2end", False) else "yolo8"
    return Weights(Asset(path.stem, LICENCE, ()), architecture, head, "coco80", int(width), int(height), "pytorch")


def _made(
    model: Any,  # noqa: ANN401 (see above)
    path: Path,
    work: Path,
    form: Format,
    height_width: tuple[int, int],
    *,
    dynamic: bool,
) -> Path:
    """The exported file, or folder, in the folder `work`."""
    copy = work / path.name
    shutil.copyfile(path, copy)
    if form == "pytorch":
        return copy
    model.model.pt_path = str(copy)  # ultralytics writes beside the file that it believes to have read
    try:
        with warnings.catch_warnings(action="ignore"):  # torch's, about the way that ultralytics goes
            made = model.export(format=form, imgsz=list(height_width), dynamic=dynamic, verbose=False)
    except Exception as error:  # as above
        raise ModelError(f"{path} cannot be exported as {form}: {last_line(error)}") from error
    return Path(made)


def _parts(placed: Path) -> Iterable[Path]:
    """Its files, the one that a detector opens first."""
    if placed.is_file():
        return [placed]
    return sorted(placed.iterdir(), key=lambda file: (file.suffix != ".xml", file.name))


def _file(path: Path, folder: Path) -> AssetFile:
    data = path.read_bytes()
    return AssetFile(path.relative_to(folder).as_posix(), len(data), hashlib.sha256(data).hexdigest())
