"""What lasts grows graver, in time and as one alert: scripts through tracker and rules, with noise."""

from itertools import groupby
from pathlib import Path

import pytest
from acted import pictures, watched

from scenes.repertoire import GRAVER, scripts

_LEVELS = {"LOITER": [4, 3], "PARK": [4, 3, 2], "FIRELANE": [2, 1]}
_STEPS = ("escalate_s", "escalate_again_s")
_SAMPLES_S = 0.7
"""Two samples at three pictures a second."""


@pytest.mark.parametrize("code", GRAVER)
def test_what_lasts_is_one_alert_that_grows_graver_when_it_must(code: str, kept: Path | None) -> None:
    for script in scripts({"on": GRAVER[code]}, code, 10 if kept else 3):
        alerts = [alert for alert in watched(script, pictures(script))[0] if alert.ended is None]
        levels = [(level, next(told)) for level, told in groupby(alerts, lambda alert: alert.level)]
        needed = [script.rules[0][step] for step in _STEPS if step in script.rules[0]]
        late = [told.observed["dwell_s"] - step for (_, told), step in zip(levels[1:], needed, strict=True)]

        assert len({alert.id for alert in alerts}) == 1, script.name
        assert [level for level, _ in levels] == _LEVELS[code], script.name
        assert all(0 <= seconds <= _SAMPLES_S for seconds in late), (script.name, late)
