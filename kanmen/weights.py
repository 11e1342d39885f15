"""Detector weights made ready: chosen, fetched, converted where need be, and opened as a detector."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from kanmen.whole_files import is_whole, part_of, sha256_of, write_whole
from models.errors import AssetError, KanmenError, ModelError
from models.weights import BEST, OPENVINO_READS, OWN, Weights, manifest

if TYPE_CHECKING:
    from config.own_model import OwnModel as Named
    from config.site import Site
    from detect.detector import Detector
    from detect.own_models import OwnModel
    from kanmen.channels import Channel
    from kanmen.progress import Report

log = logging.getLogger("assets")

Backend = Literal["auto", "openvino", "ultralytics"]
"""What runs a detector."""


_MOST: Final = 16
"""Frames in a batch: beyond it a GPU gains little, and the first frame waits for the last."""


def prepare(
    model: str, folder: Path, progress: "Report", channels: "Sequence[Channel] | None" = None
) -> tuple[str, Path]:
    """Have the weights in the folder, ready for `open_detector`.

    Args:
        model: A name of the manifest or of the folder's own one, or `best`: the first of its order of preference that
            can be had.
        folder: Where weights are kept.
        progress: Told of bytes done and bytes in all.
        channels: As in `kanmen.assets.fetch`.

    Returns:
        The name of the weights and the file to open.

    Raises:
        AssetError: they cannot be had; says which channels were tried, why each failed, and the remedy.
        ModelError: they came, but cannot be converted.
    """
    from kanmen.assets import fetch_asset  # noqa: PLC0415 (detect opens weights, and fetches none)

    if model != BEST:
        weights = manifest(folder).detector(model)
        return model, _ready(weights, fetch_asset(weights.asset, folder, progress, channels), progress)
    failed = []
    for name in manifest().best:
        try:
            return prepare(name, folder, progress, channels)
        except AssetError as error:
            log.info("no %s: trying the next best", name)
            failed.append(str(error))
    raise AssetError("\n".join(("no detector weights could be had.", *failed)))


def open_detector(
    name: str, path: Path, confidence: float, *, backend: Backend = "auto", cameras: int = 1
) -> "Detector":
    """The detector of weights that `prepare` made ready; their bytes are checked once more.

    Args:
        name: As `prepare` gave it.
        path: Likewise.
        confidence: Scores below it are dropped, 0..1.
        backend: What runs them; `auto`: by the weights' format.
        cameras: How many frames may come at once.

    Raises:
        AssetError: a file is not what it was.
        ModelError: the file cannot be used as the manifest says, or not with this backend.
    """
    weights = described(name, path)
    if weights.format == "darknet":
        good = is_whole(path, _noted_sha256(path))
    else:
        good = all(is_whole(path.parent / Path(file.path).name, file.sha256) for file in weights.asset.files)
    if not good:
        raise AssetError(f"{path} is not the file that was fetched; start Kanmen again to have it fetched anew")
    return detector_of(weights, path, confidence, backend=backend, cameras=cameras)


def accompanied(
    detector: "Detector", site: "Site", lost: "Callable[[str, KanmenError], None] | None" = None
) -> "Detector":
    """The detector that looks at tiles where a camera asks for that, with the models that the site brings beside it.

    Args:
        detector: Stays open for the caller where an error is raised.
        site: The configuration.
        lost: Told each model that cannot be used, by its key of `detector`, and why: it is left out then.

    Raises:
        AssetError: one of them is not the file that was meant, and nobody is told of what is lost.
        ModelError: likewise, it cannot be used.
    """
    from detect.own_models import Accompanied  # noqa: PLC0415 (see below)
    from detect.tiles import Tiled  # noqa: PLC0415 (as above)

    own = []
    for key, named in site.detector.own.items():
        try:
            own.append(_own_model(key, named))
        except KanmenError as error:
            if lost is None:
                raise
            lost(key, error)
    return Accompanied(Tiled(detector), own) if own else Tiled(detector)


def _own_model(key: str, named: "Named") -> "OwnModel":
    """What `named` describes; a file may have been swapped or lost since it was checked."""
    from config.own_model import wrong_file  # noqa: PLC0415 (as above)
    from detect.own_models import OwnModel  # noqa: PLC0415 (as above)
    from models.labels import KEYS  # noqa: PLC0415 (as above)

    for name, what in wrong_file(named):
        raise AssetError(f"detector.{key}.{name}: {what}")
    return OwnModel(named.path or Path(), KEYS[key][0], named.columns, named.score)


def described(name: str, path: Path) -> Weights:
    """What the manifest says of weights, or the own one of the folder of weights within which `path` lies.

    Raises:
        AssetError: neither names them.
    """
    shipped = manifest()
    if name in shipped.weights:
        return shipped.weights[name]
    folder = next((folder for folder in path.parents if (folder / OWN).is_file()), None)
    return manifest(folder).detector(name)


def detector_of(
    weights: Weights,
    path: Path,
    confidence: float,
    *,
    backend: Backend = "auto",
    cameras: int = 1,
    batch: int | None = None,
) -> "Detector":
    """As `open_detector`, of a file whose bytes the caller answers for.

    Args:
        weights: What the manifest says of the file.
        path: The file to open.
        confidence: As there.
        backend: As there.
        cameras: As there.
        batch: Frames per inference; by default one on a processor, and on a GPU as many as there are cameras.

    Raises:
        ModelError: as there.
    """
    if backend == "auto":
        backend = "openvino" if weights.format in OPENVINO_READS else "ultralytics"
    if backend == "openvino":
        if weights.format not in OPENVINO_READS:
            raise ModelError(f"{weights.name}: the openvino backend reads no {weights.format}; use ultralytics")
        from detect.openvino import OpenVinoDetector  # noqa: PLC0415 (the supervisor loads no inference library)

        return OpenVinoDetector(path, weights, confidence, batch=batch or 1)
    from detect.ultralytics import UltralyticsDetector, on_gpu  # noqa: PLC0415 (it loads torch)

    return UltralyticsDetector(path, weights, confidence, batch=batch or (min(cameras, _MOST) if on_gpu() else 1))


def _ready(weights: Weights, path: Path, progress: "Report") -> Path:
    return _as_onnx(weights, path, progress) if weights.format == "darknet" else path


def _as_onnx(weights: Weights, path: Path, progress: "Report") -> Path:
    from detect.darknet import CONVERTER, convert  # noqa: PLC0415 (only where a conversion may be due)

    made_of = f"{weights.asset.files[0].sha256} {weights.width}x{weights.height} {CONVERTER}"
    short = hashlib.sha256(made_of.encode()).hexdigest()[:8]
    onnx_path = path.with_name(f"{weights.name}-{weights.width}x{weights.height}-{short}.onnx")
    if is_whole(onnx_path, _noted_sha256(onnx_path)):
        return onnx_path
    what = f"Converting {path.name}"
    progress(what, 0, 1)
    part, note = part_of(onnx_path), _note(onnx_path)
    try:
        convert(path, part, weights.width, weights.height)
        part_of(note).write_text(sha256_of(part), encoding="ascii")
        write_whole(part, onnx_path)
        write_whole(part_of(note), note)
    except OSError as error:
        raise ModelError(f"{onnx_path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
        part_of(note).unlink(missing_ok=True)
    progress(what, 1, 1)
    return onnx_path


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _noted_sha256(path: Path) -> str:
    try:
        return _note(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
