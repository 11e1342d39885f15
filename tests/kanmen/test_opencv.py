"""Two distributions of OpenCV on one machine overwrite each other: Kanmen does not start on what is left."""

from importlib.metadata import PackageNotFoundError

import pytest

from kanmen.opencv import refuse_two_opencvs
from models.errors import KanmenError


class Shelf:
    """What is installed."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def version(self, name: str) -> str:
        if name not in self._names:
            raise PackageNotFoundError(name)
        return "5.0.0"


def test_two_opencvs_are_refused_with_what_to_do() -> None:
    with pytest.raises(KanmenError) as told:
        refuse_two_opencvs(Shelf("opencv-python", "opencv-python-headless").version)

    assert "opencv-python and opencv-python-headless are both installed" in str(told.value)
    assert "pip uninstall opencv-python opencv-python-headless" in str(told.value)


def test_one_opencv_is_enough() -> None:
    refuse_two_opencvs(Shelf("opencv-python-headless").version)
    refuse_two_opencvs()
