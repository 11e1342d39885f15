"""Models that a site brings: tried before they are put in force, and found again where a session is replayed.

Each is tried by a process of its own (`python -m kanmen.own_models FILE COLUMN…`), so that the inference library ends
with it, and so that a file on which the library itself dies ends nobody else.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.fitting import without
from config.own_model import OWN_MODELS, OwnModel
from config.read import line_in
from config.site import Camera, Site
from kanmen.guard import die_with_parent, parent_environment
from kanmen.whole_files import is_whole
from models.errors import AssetError, ColumnsError, ConfigError, Mistake, ModelError

PATIENCE_S: Final = 60.0
"""So long one may take to open where nothing runs yet; detect would be blind as long at each start."""


def refuse_unusable(site: Site, data: bytes, config: Path, patience_s: float = PATIENCE_S) -> None:
    """Try each model that the site brings.

    Args:
        site: What `data` describes.
        data: What stands in the configuration file.
        config: That file.
        patience_s: So long each may take.

    Raises:
        ConfigError: one cannot be used; says the line, why, and what to do.
    """
    mistakes = []
    for key, model in site.detector.own.items():
        if (wrong := _tried(model, patience_s)) is not None:
            where = ("detector", key, wrong[0])
            mistakes.append(Mistake(config, line_in(data, config, where), ".".join(where), wrong[1]))
    if mistakes:
        raise ConfigError(*sorted(mistakes, key=lambda mistake: mistake.line or 0))


def at_hand(site: Site, cameras: Iterable[Camera]) -> Site:
    """The site with those of its models that a rule of these cameras asks for, each where it lies on this machine.

    A recorded session names them where they lay on its own: what is not there is looked for among the weights.

    Raises:
        AssetError: one lies in neither place; names the file and its sha256.
    """
    asked = {OWN_MODELS[rule.rule] for camera in cameras for rule in camera.rules if rule.rule in OWN_MODELS}
    bare = without(site, site.detector.own.keys() - asked)
    found = {
        key: model.model_copy(update={"path": _found(key, model, site.weights_path.resolve())})
        for key, model in bare.detector.own.items()
    }
    return bare.model_copy(update={"detector": bare.detector.model_copy(update=found)})


def _found(key: str, model: OwnModel, folder: Path) -> Path:
    for path in (model.path or folder, *sorted(folder.rglob("*.onnx"))):
        with suppress(OSError):  # what cannot be read is not it
            if is_whole(path, model.sha256 or ""):
                return path
    raise AssetError(
        f"detector.{key}: the file of sha256 {model.sha256} is neither {model.path} nor among the weights in {folder}; "
        "copy it there"
    )


def _tried(model: OwnModel, patience_s: float) -> tuple[str, str] | None:
    """The key under which it is wrong, and what to do; None where it can be used."""
    command = [sys.executable, "-m", "kanmen.own_models", str(model.path), *map(str, model.columns)]
    remedy = "name a model that can be used, or write null"
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,  # the library's own words are for nobody where it goes on
            text=True,
            env=parent_environment(),
            check=False,
            timeout=patience_s,
        )
    except subprocess.TimeoutExpired:
        busy = "or try again while the machine is less busy"
        return "path", f"{model.path} is not open after {patience_s:.0f} s; {remedy}, {busy}"
    if done.returncode != 0:
        last = "".join(f": {line}" for line in done.stderr.splitlines()[-1:])
        return "path", f"{model.path} ends the process that opens it (exit code {done.returncode}{last}); {remedy}"
    said: dict[str, str] = json.loads(done.stdout)
    if "columns" in said:
        return "columns", said["columns"]
    return ("path", f"{said['path']}; {remedy}") if "path" in said else None


def _said(path: Path, columns: list[int]) -> dict[str, str]:
    """What is wrong, by the key that is to be mended; empty where nothing is."""
    from detect.own_models import OwnModel as Opened  # noqa: PLC0415 (whoever asks needs no inference library)

    try:
        Opened(path, 0, columns, 0.5)
    except ColumnsError as error:
        return {"columns": str(error)}
    except ModelError as error:
        return {"path": str(error)}
    return {}


if __name__ == "__main__":
    die_with_parent()
    print(json.dumps(_said(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])))  # noqa: T201 (our parent reads it)
