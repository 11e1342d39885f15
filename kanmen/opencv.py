"""OpenCV comes in distributions that overwrite each other's files: one is enough, two are a broken one."""

from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from models.errors import KanmenError

_DISTRIBUTIONS: Final = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def refuse_two_opencvs(installed: Callable[[str], object] = version) -> None:
    """Refuse to start where two distributions of OpenCV are installed.

    Args:
        installed: Raises PackageNotFoundError for a distribution that is not installed.

    Raises:
        KanmenError: names them and what to do.
    """
    found = list(_found(_DISTRIBUTIONS, installed))
    if len(found) > 1:
        raise KanmenError(
            f"{' and '.join(found)} are both installed: they overwrite each other's files, and what is left may load "
            f"or not. Remedy: `pip uninstall {' '.join(found)}`, then `make demo` or `make ultralytics`, which install "
            "opencv-python-headless alone."
        )


def _found(names: Iterable[str], installed: Callable[[str], object]) -> Iterable[str]:
    for name in names:
        try:
            installed(name)
        except PackageNotFoundError:
            continue
        yield name
