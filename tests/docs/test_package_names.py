"""Our packages have plain names: no other installed distribution may bring one of them."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_other_distribution_brings_a_package_of_our_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    brings = packages_distributions()

    foreign = {name: sorted(set(brings.get(name, ())) - {"kanmen"}) for name in ours}

    assert not any(foreign.values()), foreign


def test_every_package_of_ours_lies_in_the_repository_and_is_typed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

    assert all((ROOT / name / "py.typed").is_file() for name in ours)
