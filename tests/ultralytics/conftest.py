"""Real networks for the backend's tests. Collected only where the extra is installed: `make test-ultralytics`."""

import os
from importlib.util import find_spec
from pathlib import Path

import cv2
import pytest

from models.clock import utc_now
from models.frame import Frame

ROOT = Path(__file__).parents[2]

# `make test` knows nothing of the extra; `make test-ultralytics` fails where nothing is collected.
collect_ignore_glob = [] if find_spec("ultralytics") else ["test_*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Torch and its friends warn of their own ways; what Kanmen itself warns of stays an error."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore:.*:FutureWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"))


def _frames(paths: list[Path]) -> list[Frame]:
    pictures = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    return [Frame("gate-1", number, 0, utc_now(), picture) for number, picture in enumerate(pictures)]


@pytest.fixture(scope="session")
def pictures() -> list[Frame]:
    """Real pictures: the two that the extra brings, and the stills of the footage where that is here."""
    from detect.runtime import of_ultralytics

    paths = sorted(Path(of_ultralytics("ultralytics.utils").ASSETS).glob("*.jpg"))
    assert len(paths) >= 2
    if footage := os.environ.get("KANMEN_FOOTAGE"):
        stills = sorted(Path(footage, "tinycoco").rglob("*.jpg"))
        assert len(stills) == 50
        paths += stills
    return _frames(paths)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .pt: YOLO11n built from its description with random numbers that are always the same."""
    from detect.runtime import of_ultralytics, ultralytics

    path = tmp_path_factory.mktemp("seeded") / "seeded.pt"
    of_ultralytics("torch").manual_seed(20261124)
    model = ultralytics().YOLO("yolo11n.yaml", task="detect")
    model.save(str(path))
    return path
