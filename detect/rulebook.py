"""The rules of one camera together, each in its armed hours; all that they remember is passed in and handed back."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.hours import Hours
from detect.rules import rules_of
from detect.rules.rule import Place, Said
from models.track import Track

States = Mapping[str, Any]
"""The state of each rule by its id."""


class Rulebook:
    """The rules; pure, as each of them is.

    Args:
        place: The camera, with its rules and the site's clock.

    A rule off schedule sees nothing. Where its armed hours end, what it had open ends with the last picture on which
    it held, and where they begin it begins anew: a stay counts from the first armed picture on.
    """

    def __init__(self, place: Place) -> None:
        self._rules = {rule.id: rule for rule in rules_of(place)}
        self._hours = {config.id: Hours.of(config.armed, place.zone) for config in place.camera.rules}

    @property
    def state_types(self) -> dict[str, type[Any]]:
        """Class of each rule's state."""
        return {name: rule.state_type for name, rule in self._rules.items()}

    def fresh(self) -> dict[str, Any]:
        """The states before the first picture."""
        return {name: rule.fresh() for name, rule in self._rules.items()}

    def step(
        self, states: States, before: datetime | None, tracks: Sequence[Track], taken: datetime
    ) -> tuple[dict[str, Any], list[Said]]:
        """What follows from one picture.

        Args:
            states: Of all rules.
            before: `taken` of the picture before; None before the first.
            tracks: Seen in the picture.
            taken: Of the picture, later than `before`.
        """
        after, said = {}, list[Said]()
        for name, rule in self._rules.items():
            state, armed = states[name], self._hours[name].hold(taken)
            if not armed or (before is not None and not self._hours[name].hold_through(before, taken)):
                said += rule.end(state)
                state = rule.fresh()
            if armed:
                state, told = rule.step(state, tracks, taken)
                said += told
            after[name] = state
        return after, said

    def end(self, states: States, *, without: Container[str] = ()) -> list[Said]:
        """The last words of all rules, for a camera that begins anew; of those that are gone, where others stay."""
        return [said for name, rule in self._rules.items() if name not in without for said in rule.end(states[name])]

    def involved(self, states: States) -> frozenset[int]:
        """Ids of the tracks that are part of an alert that lasts."""
        return frozenset[int]().union(*(rule.involved(states[name]) for name, rule in self._rules.items()))

    def off(self, at: datetime) -> list[str]:
        """Ids of the rules that are off schedule at that instant."""
        return [name for name, hours in self._hours.items() if not hours.hold(at)]
