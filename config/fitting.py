"""Whether the backend that a configuration names can run the weights that it names."""

from collections.abc import Iterator

from config.site import Site
from models.errors import AssetError
from models.weights import OPENVINO_READS, manifest


def unfit(site: Site) -> Iterator[tuple[tuple[str, ...], str]]:
    """What does not fit, as (where, what to do); weights that no manifest knows are told when they are fetched."""
    detector = site.detector
    if detector.backend != "openvino":
        return
    try:
        known = manifest(site.weights_path).weights.get(detector.model)
    except AssetError:
        known = None
    kind = known.format if known else {"pt": "pytorch", "engine": "engine"}.get(detector.model.rpartition(".")[2])
    if kind is not None and kind not in OPENVINO_READS:
        what = {"pytorch": "a .pt", "engine": "a TensorRT .engine"}[kind]
        remedy = "write auto or ultralytics"
        if kind == "pytorch":
            remedy += ", or name weights that `kanmen models export` made of it"
        yield ("detector", "backend"), f"openvino cannot read {detector.model}, {what}; {remedy}"
