"""docs/licences.md names each package that we pin and each weight and picture of the manifest, with its licence."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

from models.weights import manifest

ROOT = Path(__file__).parents[2]
PINS = sorted((ROOT / "requirements").glob("*.txt"))

SPDX = {
    "MIT License": "MIT",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "FreeBSD": "BSD-2-Clause",
    "NVIDIA Proprietary Software": "LicenseRef-NVIDIA-Proprietary",
    "Python Software Foundation License": "PSF-2.0",
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "OSI Approved :: Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "PSFL": "PSF-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""How older metadata calls what SPDX has a name for; whatever is missing here must already be an SPDX name."""


def _pinned(path: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", path.read_text(encoding="utf-8"), re.MULTILINE))


def _rows() -> dict[str, str]:
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    packages = text.partition("## Packages that run")[2].partition("## Compiled parts")[0]
    rows = dict(re.findall(r"^\| ([a-z0-9][a-z0-9.-]*) \| ([^|]+?) \|", packages, re.MULTILINE))
    return {package: licence for package, licence in rows.items() if package != "package"}


def _declared(package: str) -> str | None:
    """What the installed package says of itself; None where it is not installed, or says nothing."""
    try:
        says = metadata(package)
    except PackageNotFoundError:
        return None
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in says.get_all("Classifier") or () if c.startswith("License ::")]
    words = [says.get("License-Expression"), says.get("License"), *classifiers]
    word = next((w for w in words if w and "\n" not in w), None)
    return None if word is None else SPDX.get(word, word)


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.name)
def test_every_pinned_package_is_named(pins: Path) -> None:
    assert _pinned(pins) - _rows().keys() == set()


def test_no_package_is_named_that_is_not_pinned() -> None:
    pinned = set[str]().union(*map(_pinned, PINS))

    assert _rows().keys() - pinned == set()


def test_each_licence_is_the_one_that_the_installed_package_declares() -> None:
    wrong = {
        package: (told, declared)
        for package, told in _rows().items()
        if (declared := _declared(package)) and declared != told
    }

    assert wrong == {}


def test_every_weight_and_picture_is_named_with_its_licence() -> None:
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assets = [*(w.asset for w in manifest().weights.values()), *manifest().pictures.values()]

    for asset in assets:
        row = next((line for line in text.splitlines() if line.startswith("|") and f"`{asset.name}`" in line), "")
        licence = asset.licence.removeprefix("LicenseRef-Darknet-").removesuffix("-only").replace("-domain", " domain")

        assert licence in row, asset.name
