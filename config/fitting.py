"""Whether the models that a configuration names are there, and its backend can run them."""

from collections.abc import Collection, Iterator

from config.own_model import OwnModel, wrong_file
from config.site import Site
from models.errors import AssetError
from models.weights import OPENVINO_READS, manifest


def unfit(site: Site) -> Iterator[tuple[tuple[str, ...], str]]:
    """What does not fit, as (where, what to do); weights that no manifest knows are told when they are fetched."""
    detector = site.detector
    for key, model in detector.own.items():
        yield from ((("detector", key, name), what) for name, what in wrong_file(model))
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


def without(site: Site, keys: Collection[str]) -> Site:
    """The site as if it named no models under these keys of `detector`: their rules are off, and said to be."""
    bare = dict.fromkeys(keys, OwnModel())
    return site.model_copy(update={"detector": site.detector.model_copy(update=bare)})
