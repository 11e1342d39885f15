"""OpenVINO, kept from telling anybody that it runs: the one door through which Kanmen imports it."""

import importlib
import sys
from typing import Any

# `import openvino` alone reports itself to its maker where `openvino_telemetry` is installed (and it is, as its
# dependency). A name that cannot be imported makes it use its own silent stand-in instead.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # None is how Python spells "not to be had"

openvino: Any = importlib.import_module("openvino")
preprocess: Any = importlib.import_module("openvino.preprocess")
