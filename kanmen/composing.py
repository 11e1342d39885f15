"""The demo's scenes, composed one after the other in a process of its own; each joins when it is ready."""

import json
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kanmen.guard import parent_environment
from kanmen.progress import Report
from models.errors import FootageError

_PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A composed scene.

    Attributes:
        camera: Id of the camera that shows it.
        clip, truth: Files.
    """

    camera: str
    clip: Path
    truth: Path


class Composing:
    """The process that composes; ends with us."""

    def __init__(self, config: Path, photo: Path, folder: Path, log: Path) -> None:
        words = ["compose", "--config", str(config), "--photo", str(photo), "--folder", str(folder)]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kanmen", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=parent_environment(),
                process_group=0,
            )
        self._said: queue.SimpleQueue[dict[str, str | float] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="composing", daemon=True).start()

    def ready(self, progress: Report) -> list[Scene]:
        """The scenes that became ready since the last call; never waits.

        Raises:
            FootageError: the process failed; its reason stands in the log.
        """
        scenes = []
        while not self._said.empty():
            said = self._said.get()
            if said is None:
                if self._process.wait() != 0:
                    raise FootageError("the demo's scenes could not be composed")
            elif "camera" in said:
                scenes.append(Scene(str(said["camera"]), Path(str(said["clip"])), Path(str(said["truth"]))))
            else:
                progress(str(said["what"]), float(said["done"]), float(said["total"]))
        return scenes

    def end(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        pipe = self._process.stdout
        try:
            if pipe is not None:
                with pipe:
                    for line in pipe:
                        self._said.put(json.loads(line))
        finally:
            self._said.put(None)
