"""The troubles of one camera: what its worker says and what its pictures show, turned into alerts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from config.site import Camera, Site
from detect.health.blurred import is_blurred
from detect.health.covered import is_covered
from detect.health.edges import shared
from detect.health.look import Look, look_at
from detect.health.moved import MOVED_POINTS, has_moved
from detect.health.reference import Reference, learnt
from models.alert import Alert, Number
from models.clock import to_micros
from models.frame import Frame
from models.link import Health
from models.trouble import Sign, Trouble, TroubleRule

_LOOK: Final = 1_000_000
"""µs between two looks: a lens is not covered for less, and the checks cost a millisecond or two each time."""

_HOLE: Final = 3_000_000
"""µs without a look after which a trouble that was not yet told begins anew: nobody knows what was in between."""

_NEVER: Final = 300_000_000
"""µs for a worker that has never spoken: it may still be on its way to being started."""

_WIDESPREAD: Final = 2
"""So many cameras without pictures are a matter of cables and switches, not of one camera."""

OFFLINE: Final = "CAM_OFFLINE"
FROZEN: Final = "CAM_FROZEN"
COVERED: Final = "CAM_BLIND"
MOVED: Final = "CAM_MOVED"
BLURRED: Final = "CAM_BLUR"
CODES: Final = (OFFLINE, FROZEN, COVERED, MOVED, BLURRED)

_BLINDING: Final = ((COVERED, "covered"), (MOVED, "moved"))
"""With these no rule of the camera can be trusted, so the time counts as blind; a blurred camera still sees people."""


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of a camera's troubles.

    Attributes:
        view: Names the zones, lines and masks for which the references hold.
        coloured, colourless: What it usually shows by day, and in infra-red at night.
        by_day: Which of them the newest look belongs to.
        looked: `taken` of the newest look in µs.
        troubles: By code.
    """

    view: str = ""
    coloured: Reference | None = None
    colourless: Reference | None = None
    by_day: bool = True
    looked: int | None = None
    troubles: Mapping[str, Trouble] = field(default_factory=dict)

    @property
    def usual(self) -> Reference | None:
        """The reference that the newest look belongs to."""
        return self.coloured if self.by_day else self.colourless

    @property
    def known(self) -> Reference | None:
        """The same, or the other one while that is not known: a cover without colours is not yet a night."""
        other = self.colourless if self.by_day else self.coloured
        return other if other and other.settled and not (self.usual and self.usual.settled) else self.usual

    @property
    def blinded(self) -> tuple[str, int] | None:
        """(reason, µs since which) the pictures prove nothing; None while they do."""
        for code, reason in _BLINDING:
            raised = self.troubles.get(code, Trouble()).raised
            if raised is not None and raised.ended is None:
                return reason, raised.began
        return None


class HealthRules:
    """The trouble rules of one camera; they keep nothing, all is in the state.

    Args:
        site: The configuration.
        camera: Of this site.
        started: µs since which we look after it.

    Attributes:
        started: As given.
    """

    def __init__(self, site: Site, camera: Camera, started: int) -> None:
        health = self._health = site.health
        self.started = started
        self._view = _view(camera)
        limits: dict[str, tuple[float, dict[str, Number]]] = {
            OFFLINE: (0.0, {"lasting_s": health.offline_s, "cameras": _WIDESPREAD}),
            FROZEN: (0.0, {"lasting_s": health.freeze_s}),
            COVERED: (health.covered_s, {"lasting_s": health.covered_s, "contrast_pct": health.covered_below * 100}),
            MOVED: (health.moved_s, {"lasting_s": health.moved_s, "in_place_pct": health.moved_below * 100}),
            BLURRED: (health.blurred_s, {"lasting_s": health.blurred_s, "edge_width": health.blurred_from}),
        }
        self._rules = {
            code: TroubleRule(
                site.id,
                camera.id,
                code,
                lasting=round(lasting_s * 1e6),
                clear=round(health.clear_s * 1e6),
                cooldown=round(health.cooldown_s * 1e6),
                threshold=threshold,
            )
            for code, (lasting_s, threshold) in limits.items()
        }

    def fresh(self) -> State:
        """Nothing is known of the camera."""
        return State(view=self._view)

    def resumed(self, state: State) -> tuple[State, list[Alert]]:
        """After a restart: where zones, lines or masks were drawn anew, what the camera shows now is right, and learnt
        anew.
        """
        if state.view == self._view:
            return state, []
        troubles, alerts = self._ended(state, (MOVED, BLURRED))
        return State(view=self._view, troubles=troubles), alerts

    def set_back(self, state: State) -> tuple[State, list[Alert]]:
        """Our clock was set back: troubles begin anew, the camera still looks as it did."""
        troubles, alerts = self._ended(state, CODES)
        return replace(state, looked=None, troubles=troubles), alerts

    def looked(self, state: State, frame: Frame) -> tuple[State, list[Alert]]:
        """What follows from one analysed frame; most are not looked at."""
        at = to_micros(frame.taken)
        if not self._health.looks or (state.looked is not None and at - state.looked < _LOOK):
            return state, []
        if state.looked is not None and at - state.looked > _HOLE:
            state = replace(state, troubles=_unsure(state.troubles))
        look = look_at(frame.image)
        by_day = state.by_day if look.coloured is None else look.coloured
        state = replace(state, looked=at, by_day=by_day)
        usual = state.usual
        found = None if usual is None else shared(usual.edges, look.edges, MOVED_POINTS)
        signs = self._signs(at, look, state, found)
        troubles, alerts = self._stepped(state, signs)
        state = replace(state, troubles=troubles)
        if any(troubles[code].since is not None for code in signs):
            return state, alerts
        after = learnt(usual, look, found)
        return replace(state, coloured=after) if by_day else replace(state, colourless=after), alerts

    def heard(self, state: State, health: Health | None, newest: int, now: int, out: int) -> tuple[State, list[Alert]]:
        """Time has passed, with or without pictures.

        Args:
            state: What is remembered.
            health: The worker's newest word, None where it has not spoken.
            newest: `taken` of the newest analysed picture in µs; when it was analysed, where our clock was set back.
            now: Our clock in µs.
            out: How many cameras of the site are without pictures, this one included.
        """
        silent_since = self._silent_since(state, health, newest, now)
        offline = Sign(
            now,
            None if health is None and silent_since is None else silent_since is not None,
            {"cameras": max(out, 1)},
            2 if out >= _WIDESPREAD else None,
            silent_since,
        )
        frozen = Sign(now, None, {})
        if health is not None:
            since = health.since - round(self._health.freeze_s * 1e6)
            frozen = Sign(now, health.state == "frozen", {}, began=since)
        troubles, alerts = self._stepped(state, {OFFLINE: offline, FROZEN: frozen})
        return replace(state, troubles=troubles), alerts

    def is_out(self, state: State, health: Health | None, newest: int, now: int) -> bool:
        """Whether the camera is without pictures for too long; arguments as for `heard`."""
        return self._silent_since(state, health, newest, now) is not None

    def _silent_since(self, state: State, health: Health | None, newest: int, now: int) -> int | None:
        """µs of the last picture where there has been none for too long."""
        if health is not None and health.taken is not None and health.taken <= now:
            newest = max(newest, health.taken)
        known = state.troubles.get(OFFLINE, Trouble()).open
        since = newest if known or self.started > now else max(newest, self.started)
        if health is None and not known:
            return newest if now - since >= _NEVER else None
        return newest if now - since >= round(self._health.offline_s * 1e6) else None

    def _signs(self, at: int, look: Look, state: State, found: tuple[float, float] | None) -> dict[str, Sign]:
        limits, usual, known = self._health, state.usual, state.known
        seen = found if known is None or known is usual else shared(known.edges, look.edges, MOVED_POINTS)
        covered = is_covered(look, known, seen, limits.covered_below)
        moved = has_moved(usual, found, limits.moved_below) if covered is False else None
        blurred = is_blurred(look, usual, limits.blurred_from) if covered is False and not moved else None
        wider = look.width / usual.width if usual and usual.width and look.width else 0.0
        return {
            COVERED: Sign(at, covered, {"contrast_pct": round(look.contrast * 100, 1)}),
            MOVED: Sign(at, moved, {"in_place_pct": round(found[0] * 100, 1) if found else 0.0}),
            BLURRED: Sign(at, blurred, {"edge_width": round(wider, 2)}),
        }

    def _stepped(self, state: State, signs: Mapping[str, Sign]) -> tuple[dict[str, Trouble], list[Alert]]:
        troubles, alerts = dict(state.troubles), []
        for code, sign in signs.items():
            troubles[code], alert = self._rules[code].step(troubles.get(code, Trouble()), sign)
            if alert is not None:
                alerts.append(alert)
        return troubles, alerts

    def _ended(self, state: State, codes: tuple[str, ...]) -> tuple[dict[str, Trouble], list[Alert]]:
        troubles, alerts = dict(state.troubles), []
        for code in codes:
            troubles[code], alert = self._rules[code].end(troubles.get(code, Trouble()))
            if alert is not None:
                alerts.append(alert)
        return troubles, alerts


def _unsure(troubles: Mapping[str, Trouble]) -> dict[str, Trouble]:
    """After a hole: what the pictures showed and was not yet told begins anew."""
    picture = (COVERED, MOVED, BLURRED)
    return {
        code: trouble if trouble.open or code not in picture else replace(trouble, since=None, well=None)
        for code, trouble in troubles.items()
    }


def _view(camera: Camera) -> str:
    """Names what is drawn on a camera's picture; a mask covers what was learnt, or shows what never was."""
    drawn = [[zone.points for zone in camera.zones], [(line.start, line.end) for line in camera.lines], camera.masks]
    return hashlib.sha256(json.dumps(drawn).encode()).hexdigest()[:16]
