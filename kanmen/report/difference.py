"""What the page of two results tells: what the newer one gained and lost, when, and what that looked like."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from kanmen.replay_diff import Difference, Result, Results, difference_json
from kanmen.report.write import write_page
from models.clock import to_iso
from models.codes import CODES

_PICTURES: Final = 300
"""At most: the page draws as many cards."""
_MOST_BYTES: Final = 4 << 20
"""No picture that a replay writes is larger."""
_JPEG: Final = b"\xff\xd8\xff"
_FACTS: Final = ("id", "code", "camera", "zone", "level", "count", "began_s")
_MORE: Final = ("detected_s", "ended_s", "observed", "threshold")


def write_difference(path: Path, old: tuple[Path, Results], new: tuple[Path, Results], told: Difference) -> None:
    """Write the page.

    Args:
        path: Of the page.
        old: The older result and where it stands; pictures are looked for beside it.
        new: The newer one.
        told: The two side by side.

    Raises:
        FootageError: it cannot be written.
    """
    write_page(path, told_of(old, new, told), "difference")


def told_of(old: tuple[Path, Results], new: tuple[Path, Results], told: Difference) -> dict[str, Any]:
    """All that the page shows; the arguments are those of `write_difference`."""
    stills = _Stills()
    changed = {before.id: after for before, after in told.changed}
    beside_old, beside_new = old[0].absolute().parent, new[0].absolute().parent
    gained = [{**_alert(alert), "still": stills.keep(beside_new, alert)} for alert in told.gained]
    lost = [{**_alert(alert), "still": stills.keep(beside_old, alert)} for alert in told.lost]
    kept = []
    for before, after in told.kept:
        if (differs := changed.get(before.id)) is None:
            kept.append({**_alert(after), "verdict": "kept", "still": None})
            continue
        both = {what: [getattr(before, what), getattr(differs, what)] for what in ("level", "count")}
        change = {what: pair for what, pair in both.items() if pair[0] != pair[1]}
        kept.append({**_alert(after), "verdict": "changed", "change": change, "still": stills.keep(beside_new, after)})
    place = stills.in_order([*gained, *lost, *kept])
    return {
        "results": [
            {
                "name": path.name,
                "began": to_iso(result.began) if result.began else None,
                "seconds": result.seconds,
                "frames": result.frames,
                "alerts": len(result.alerts),
            }
            for path, result in (old, new)
        ],
        "sums": {"kept": len(told.kept) - len(changed), "changed": len(changed), "gained": len(gained)}
        | {"lost": len(lost)},
        "camera": {"id": "", "name": "", "zones": [], "lines": []},
        "seconds": max(old[1].seconds, new[1].seconds),
        "codes": {code.code: {"zh": code.zh, "en": code.en, "capability": code.capability} for code in CODES.values()},
        "labels": {},
        "files": [],
        "alerts": [*lost, *kept],
        "change": {
            "rules": difference_json(told)["rules"],
            "gained": gained,
            "lost": [alert["id"] for alert in lost],
        },
        "truth": None,
        "aspect": stills.aspect,
        "stills": place,
        "samples": [],
    }


class _Stills:
    """The pictures of alerts, as far as they stand beside their result."""

    def __init__(self) -> None:
        self.aspect = (16, 9)
        self._kept: list[tuple[float, bytes]] = []

    def keep(self, folder: Path, alert: Result) -> int | None:
        """The number of the alert's picture; None where it has none, or none that can be shown."""
        name = (alert.model_extra or {}).get("picture")
        if not isinstance(name, str) or Path(name).name != name or len(self._kept) >= _PICTURES:
            return None  # a result that comes from elsewhere may name no file but those beside it
        try:
            with (folder / name).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except (OSError, ValueError):
            return None
        if not data.startswith(_JPEG) or len(data) > _MOST_BYTES:
            return None
        if not self._kept:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_COLOR_8)
            self.aspect = (image.shape[1], image.shape[0]) if image is not None else self.aspect
        at = (alert.model_extra or {}).get("detected_s")
        self._kept.append((at if isinstance(at, float | int) else alert.began_s, data))
        return len(self._kept) - 1

    def in_order(self, alerts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The pictures in the order of time; the alerts are given their numbers there."""
        order = sorted(range(len(self._kept)), key=lambda number: self._kept[number][0])
        rank = {number: position for position, number in enumerate(order)}
        for alert in alerts:
            alert["still"] = rank.get(alert["still"])
        return [{"at": self._kept[n][0], "jpeg": b64encode(self._kept[n][1]).decode(), "tracks": []} for n in order]


def _alert(alert: Result) -> dict[str, Any]:
    """What the page shows of an alert; a result that leaves some of it out is shown without."""
    extra = alert.model_extra or {}
    told = {name: getattr(alert, name) for name in _FACTS} | {name: extra.get(name) for name in _MORE}
    return {**told, "detected_s": alert.began_s if told["detected_s"] is None else told["detected_s"], "subjects": []}
