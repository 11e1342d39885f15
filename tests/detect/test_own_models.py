"""A model that the site brings looks at the same pictures as the detector, and what it sees raises FIRE and FIGHT."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from made_models import red_picture, red_quarters, reddening, undefined_boxes, undefined_in_the_dark
from small_place import gate, seconds, site_of

from config.fitting import without
from config.site import Site
from detect.detector import Detector
from detect.own_models import Accompanied, OwnModel
from detect.scripted import ScriptedDetector, detections
from detect.watch import Watch
from kanmen.weights import accompanied
from models.alert import Alert
from models.errors import AssetError, KanmenError, ModelError
from models.frame import Frame, Image
from models.labels import FIGHT, FIRE, PERSON

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_HALVES = [
    {"id": side, "name": {"zh": "半", "en": "half"}, "points": [(x, 0.0), (x + 0.5, 0.0), (x + 0.5, 1.0), (x, 1.0)]}
    for side, x in (("left", 0.0), ("right", 0.5))
]


def _picture(red: float, quarter: int | None = None) -> Image:
    """Grey-blue, and so red: all of it, or one quarter, numbered row by row."""
    image = np.full((72, 128, 3), (0, 60, 90), np.uint8)
    rows = columns = slice(None)
    if quarter is not None:
        rows, columns = (slice(n * side, (n + 1) * side) for n, side in zip(divmod(quarter, 2), (36, 64), strict=True))
    image[rows, columns, 0] = round(255 * red)
    return image


def _frame(image: Image, at: float = 0.0, camera: str = "gate-1") -> Frame:
    return Frame(camera, round(at * 5), 1, _T0 + timedelta(seconds=at), image)


def _site(tmp_path: Path, code: str, **models: object) -> Site:
    rules = [{"rule": code, "zone": side} for side in ("left", "right")]
    detector = {key: {"path": tmp_path / f"{key}.onnx", **said} for key, said in models.items()}
    return site_of(tmp_path, "unix:///unused", cameras=[gate(zones=_HALVES, rules=rules)], detector=detector)


def _alerts(site: Site, detector: Detector, pictures: Iterable[tuple[float, Image]]) -> list[Alert]:
    watch, alerts = Watch(site, site.cameras[0], None, _T0), []
    for at, image in pictures:
        frame = _frame(image, at)
        (found,) = detector.detect([frame])
        alerts += watch.look(frame, found, frame.taken, lambda _: None, lambda *_: None).alerts
    return [alert for alert in alerts if alert.code in ("FIRE", "FIGHT")]


def _times(seconds_in_all: float) -> list[float]:
    return [round(0.2 * k, 1) for k in range(round(5 * seconds_in_all))]


def test_what_a_model_sees_in_a_zone_for_three_of_five_seconds_is_a_fire_there(tmp_path: Path) -> None:
    site = _site(tmp_path, "FIRE", fire={"sha256": red_quarters(tmp_path / "fire.onnx")})
    detector = accompanied(ScriptedDetector(lambda _: detections((PERSON, 0.9, (0.1, 0.4, 0.2, 0.8)))), site)
    burns = [(at, _picture(0.9 if 2 <= at < 10 else 0.1, quarter=3)) for at in _times(30)]
    alerts = _alerts(site, detector, burns)
    detector.close()

    assert [(a.place, a.level, a.ended is None) for a in alerts] == [("right", 1, True), ("right", 1, False)]
    assert 5.0 <= (seconds(alerts[0].detected, _T0) or 0) <= 5.8
    assert 9.4 <= (seconds(alerts[1].ended, _T0) or 0) <= 10.0
    assert alerts[0].observed["score"] == pytest.approx(0.9, abs=0.01)
    assert [s.label for s in alerts[0].subjects] == [FIRE]


def test_a_flash_now_and_then_is_no_fire(tmp_path: Path) -> None:
    site = _site(tmp_path, "FIRE", fire={"sha256": red_quarters(tmp_path / "fire.onnx")})
    detector = accompanied(ScriptedDetector(lambda _: detections()), site)

    assert _alerts(site, detector, [(at, _picture(0.9 * (at % 5 < 2), quarter=3)) for at in _times(30)]) == []
    detector.close()


def test_frames_that_are_submitted_come_back_with_what_both_have_seen(tmp_path: Path) -> None:
    site = _site(tmp_path, "FIRE", fire={"sha256": red_quarters(tmp_path / "fire.onnx")})
    detector, told = accompanied(ScriptedDetector(lambda _: detections((PERSON, 0.9, (0.1, 0.4, 0.2, 0.8)))), site), []
    for at in (0.0, 0.2):
        detector.submit([_frame(_picture(0.9, quarter=1), at)], lambda frame, found: told.append((frame.number, found)))
    detector.close()

    assert [(number, found.label.tolist()) for number, found in told] == [(0, [PERSON, FIRE]), (1, [PERSON, FIRE])]
    assert told[0][1].xyxy[1].tolist() == pytest.approx([0.5, 0.0, 1.0, 0.5])


def test_without_a_model_the_rules_are_off_and_say_so(tmp_path: Path) -> None:
    site = _site(tmp_path, "FIRE")
    plain = ScriptedDetector(lambda _: detections())
    watch = Watch(site, site.cameras[0], None, _T0)

    assert not isinstance(accompanied(plain, site), Accompanied)
    assert watch.modelless == ["FIRE:left", "FIRE:right"]
    assert _alerts(site, plain, [(at, _picture(0.9)) for at in _times(10)]) == []
    plain.close()


def test_a_model_of_actions_is_given_the_last_pictures_of_each_camera(tmp_path: Path) -> None:
    reddening(tmp_path / "fight.onnx", pictures=4)
    model = OwnModel(tmp_path / "fight.onnx", FIGHT, (0,), 0.6)
    rising = [model.look(model.take(_frame(_picture(0.25 * k), 0.2 * k))) for k in range(5)]
    others = [model.look(model.take(_frame(_picture(0.0), 0.2 * k, camera="gate-2"))) for k in range(5)]
    torn = [
        model.look(model.take(_frame(_picture(0.25 * k), at, camera="gate-3")))
        for k, at in enumerate((0, 0.2, 5, 5.2, 5.4))
    ]

    assert [len(found) for found in rising] == [0, 0, 0, 1, 1]
    assert rising[3].score.tolist() == pytest.approx([0.75], abs=0.01)
    assert (rising[3].xyxy.tolist(), rising[3].label.tolist()) == ([[0, 0, 1, 1]], [FIGHT])
    assert sum(map(len, (*others, *torn))) == 0


@pytest.mark.parametrize("made", [undefined_in_the_dark, undefined_boxes])
def test_what_is_no_number_is_nothing_seen(tmp_path: Path, made: Callable[[Path], str]) -> None:
    made(tmp_path / "fire.onnx")
    model = OwnModel(tmp_path / "fire.onnx", FIRE, (0,), 0.6)

    assert len(model.look(model.take(_frame(_picture(0.9))))) == 1
    assert len(model.look(model.take(_frame(_picture(0.0))))) == 0


def test_what_scores_the_picture_as_a_whole_counts_in_every_zone_by_the_column_that_is_named(tmp_path: Path) -> None:
    site = _site(tmp_path, "FIGHT", fight={"sha256": red_picture(tmp_path / "fight.onnx"), "columns": [0]})
    green = _site(tmp_path, "FIGHT", fight={"sha256": red_picture(tmp_path / "fight.onnx"), "columns": [1]})
    red = [(at, _picture(0.9)) for at in _times(6)]
    told = []
    for one in (site, green):
        detector = accompanied(ScriptedDetector(lambda _: detections()), one)
        told.append([alert.place for alert in _alerts(one, detector, red)])
        detector.close()

    assert told == [["left", "right"], []]


def test_a_file_that_is_no_such_model_is_refused_with_what_it_takes_and_gives(tmp_path: Path) -> None:
    (tmp_path / "none.onnx").write_bytes(b"nothing")
    red_picture(tmp_path / "two.onnx")

    with pytest.raises(ModelError, match=r"none\.onnx cannot be read as ONNX"):
        OwnModel(tmp_path / "none.onnx", FIRE, (0,), 0.6)
    with pytest.raises(ModelError, match=r"two\.onnx takes \[1, 3, 32, 32\] and gives \[1, 2\], column 2 is asked for"):
        OwnModel(tmp_path / "two.onnx", FIRE, (2,), 0.6)


def test_a_file_that_was_swapped_or_lost_is_left_out_with_its_reason_and_what_is_good_looks_on(tmp_path: Path) -> None:
    sha256, told, found = red_quarters(tmp_path / "fire.onnx"), [], []
    fight = {"sha256": red_picture(tmp_path / "fight.onnx")}
    site = _site(tmp_path, "FIRE", fire={"sha256": sha256}, fight=fight)
    (tmp_path / "fire.onnx").write_bytes(b"swapped")

    def lost(key: str, error: KanmenError) -> None:
        told.append((key, str(error)))

    for _ in range(2):
        detector = accompanied(ScriptedDetector(lambda _: detections()), site, lost)
        found += [one.label.tolist() for one in detector.detect([_frame(_picture(0.9))])]
        detector.close()
        (tmp_path / "fire.onnx").unlink(missing_ok=True)
    rest = without(site, {"fire"})

    assert [(key, says in text) for (key, text), says in zip(told, ("hashes to", "cannot be read"), strict=True)] == [
        ("fire", True)
    ] * 2
    assert found == [[FIGHT], [FIGHT]]
    assert rest.modelless(rest.cameras[0]) == ["FIRE:left", "FIRE:right"]
    with pytest.raises(AssetError, match=r"detector\.fire\.path: .*fire\.onnx cannot be read"):
        accompanied(ScriptedDetector(lambda _: detections()), site)
