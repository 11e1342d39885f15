"""The rules: one file each; a file in this folder that says `RULES` is found by itself."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from config.watching import Watching
from detect.rules.rule import Place, Rule

Maker = Callable[[Any, Place], Rule]


@cache
def known_rules() -> dict[type[Watching], Maker]:
    """Class of a rule's configuration to what makes the rule."""
    found: dict[type[Watching], Maker] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "RULES", {})
    return found


def rules_of(place: Place) -> list[Rule]:
    """The rules of a camera, as configured."""
    return [known_rules()[type(config)](config, place) for config in place.camera.rules]
