"""The inference libraries, kept from telling anybody that they run: the one door through which Kanmen imports them."""

import importlib
import os
import sys
import tempfile
from functools import cache
from typing import Any, Final

from models.errors import ModelError

# `import openvino` alone reports itself to its maker where `openvino_telemetry` is installed (and it is, as its
# dependency). A name that cannot be imported makes it use its own silent stand-in instead.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # None is how Python spells "not to be had"

openvino: Any = importlib.import_module("openvino")
preprocess: Any = importlib.import_module("openvino.preprocess")

_SILENCE: Final = {
    "YOLO_OFFLINE": "1",  # no question of "am I online?", no usage figures, no crash reports, no downloads
    "YOLO_AUTOINSTALL": "0",  # no pip started behind our back
    "YOLO_VERBOSE": "false",  # standard output is ours
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime, by which ultralytics reads ONNX, reports to its maker since 1.29
    "ULTRALYTICS_SAFE_LOAD": "1",  # a .pt may name the classes of a network, and no others
}


@cache
def ultralytics() -> Any:  # noqa: ANN401 (it ships no types that hold)
    """The package `ultralytics`, offline and silent; a few seconds, since it loads torch.

    Raises:
        ModelError: the extra is not installed.
    """
    os.environ.update(_SILENCE)
    # Where nobody says otherwise, ultralytics leaves torch one core.
    os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    # Its settings live in a folder of this process: nobody else's switch can turn its reports on again.
    folder = tempfile.TemporaryDirectory(prefix="kanmen-ultralytics-")
    os.environ["YOLO_CONFIG_DIR"] = folder.name
    try:
        package: Any = importlib.import_module("ultralytics")
    except ImportError as error:
        raise ModelError(f"the ultralytics backend is not installed here ({error}); run `make ultralytics`") from error
    package.settings.update(sync=False)
    package.kanmen_settings = folder  # lives as long as the package, and is removed with the process
    return package


def of_ultralytics(module: str) -> Any:  # noqa: ANN401 (see above)
    """A module of ultralytics, or one that it brings (torch), by its full name.

    Raises:
        ModelError: the extra is not installed.
    """
    ultralytics()
    return importlib.import_module(module)
