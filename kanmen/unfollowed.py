"""What rules ask for and nobody followed: of that they can say nothing, which is not that nothing was there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from config.own_model import OWN_MODELS
from config.site import Camera, Site
from models.labels import NAMES, ON_REQUEST

_WHY: Final = {
    "no_rule": "{thing} was not followed there, as no rule in force asks for it; replay footage for that",
    "no_model": "no model is named for {thing} (detector.{label})",
}


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A rule that cannot be judged.

    Attributes:
        camera, code, zone: Which.
        label: Key of what it asks for, of `models.labels.KEYS`.
        why: no_rule, nobody whose rules ran asked for it; no_model, the site names none that sees it.
    """

    camera: str
    code: str
    zone: str
    label: str
    why: Literal["no_rule", "no_model"]


def unfollowed(site: Site, asks: Camera, following: Iterable[Camera]) -> tuple[Unfollowed, ...]:
    """What the rules of a camera ask for that was not followed.

    Args:
        site: With the models that it names.
        asks: The camera with these rules.
        following: The same with each set of rules by which was followed.
    """
    asked = {label for camera in following for rule in camera.rules for label in rule.labels}
    unseen = set(OWN_MODELS.values()) - site.detector.own.keys()
    return tuple(
        Unfollowed(asks.id, rule.rule, rule.place, label, "no_model" if label in unseen else "no_rule")
        for rule in asks.rules
        for label in rule.labels
        if label in unseen or (label in ON_REQUEST and label not in asked)
    )


def unfollowed_lines(raw: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What JSON has of them, for people."""
    for one in raw:
        _, thing = NAMES[one["label"]]
        why = _WHY[one["why"]].format(thing=thing, label=one["label"])
        yield f"{one['camera']} {one['code']} {one['zone']}: cannot be judged: {why}"
