"""Footage goes through the line whole and in order, whatever is wrong with it, and the same way each time."""

import random
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from config.site import Camera, Site
from detect.ordered import UNDER_WAY, in_order
from detect.scripted import ScriptedDetector, detections
from ingest.samples import Chosen
from kanmen.ahead import ahead
from kanmen.replay_files import replay_files
from kanmen.replay_report import Replayed
from kanmen.replay_site import instant, plain_site
from models.detection import Detections
from models.errors import FootageError, ModelError
from models.frame import Frame
from models.labels import PERSON

_STANDING = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))
_CLIP_S = 30.0
"""What one clip may take to be refused or replayed without a detector."""

WriteClip = Callable[..., Path]


@pytest.fixture
def write_clip(tmp_path: Path) -> WriteClip:
    """Writes noisy pictures that grow brighter, with B-frames, as the container's name says."""

    def write(name: str, *, pictures: int = 60, codec: str = "libx264", form: str | None = None, fps: int = 10) -> Path:
        chance = np.random.default_rng(1)
        path = tmp_path / name
        with av.open(str(path), "w", format=form) as container:
            stream = container.add_stream(codec, rate=fps)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.options = {"bf": "2", "g": "10"}
            for number in range(pictures):
                noise = chance.integers(0, 6, (48, 64, 1))
                image = (np.full((48, 64, 3), 3 * number % 240) + noise).astype(np.uint8)
                frame = av.VideoFrame.from_ndarray(image)
                frame.pts, frame.time_base = number, Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


def unheard(*_: object) -> None:
    """Nobody listens."""


def replayed(*files: Path, found: Detections = _STANDING, site: Site | None = None) -> Replayed:
    site = site or plain_site()
    detector = ScriptedDetector(lambda frame: found if frame.number > 0 else Detections.none())
    try:
        return replay_files(
            files,
            site,
            site.cameras[0],
            instant(None, site),
            detector,
            fps=None,
            seen=unheard,
            progress=unheard,
        )
    finally:
        detector.close()


def test_every_sample_is_looked_at_in_order_however_slow_and_uneven_the_detector_is() -> None:
    chance = random.Random(3)
    frames = [Frame("c", n, 1, plain_instant(), np.zeros((4, 4, 3), np.uint8)) for n in range(40)]
    under_way = []

    class Uneven(ScriptedDetector):
        def ready(self) -> bool:
            under_way.append(sum(not future.done() for future in self._under_way))
            return super().ready()

    def look(frame: Frame) -> Detections:
        time.sleep(chance.choice((0, 0, 0.01)))
        return detections((frame.number % 80, 0.9, (0.1, 0.1, 0.2, 0.2)))

    detector = Uneven(look)
    results = list(in_order(detector, (Chosen(frame, 1, 4, 4) for frame in frames)))
    detector.close()

    assert [chosen.frame.number for chosen, _ in results] == list(range(40))
    assert [int(found.label[0]) for _, found in results] == [n % 80 for n in range(40)]
    assert max(under_way) <= UNDER_WAY


def plain_instant():
    return instant(None, plain_site())


def test_a_detector_that_fails_ends_the_replay_with_its_reason() -> None:
    class Broken(ScriptedDetector):
        def submit(self, frames, done) -> None:
            del frames, done
            raise ModelError("an inference failed: out of memory")

    frame = Frame("c", 1, 1, plain_instant(), np.zeros((4, 4, 3), np.uint8))

    with pytest.raises(ModelError, match="out of memory"):
        list(in_order(Broken(lambda _: Detections.none()), [Chosen(frame, 1, 4, 4)]))


def test_work_done_ahead_waits_when_it_is_far_ahead_and_ends_when_nobody_wants_more() -> None:
    made = []

    def things():
        for number in range(1000):
            made.append(number)
            yield number

    running = ahead(things(), 3, "test:ahead")
    first = next(running)
    time.sleep(0.3)
    far = len(made)
    running.close()

    assert first == 0
    assert far <= 6
    assert len(made) <= far + 1


def test_a_failure_ahead_is_raised_where_its_work_is_used() -> None:
    def things():
        yield 1
        raise FootageError("torn")

    running = ahead(things(), 3, "test:ahead")

    assert next(running) == 1
    with pytest.raises(FootageError, match="torn"):
        next(running)


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("a.mp4", "libx264", None),
        ("a.avi", "mpeg4", None),
        ("a.ts", "libx264", "mpegts"),
        ("a.h264", "libx264", "h264"),
        ("a.m4v", "mpeg4", "m4v"),
        ("a.mkv", "libx265", None),
    ],
)
def test_a_clip_is_the_same_footage_in_every_container_also_in_those_without_instants(
    write_clip: WriteClip, name: str, codec: str, form: str | None
) -> None:
    outcome = replayed(write_clip(name, codec=codec, form=form))

    assert (outcome.frames, outcome.said) == (30, [])
    assert outcome.seconds == pytest.approx(6.0, abs=0.2)
    assert [(a.code, a.place, a.source) for a in outcome.alerts.values()] == [("INTRUDE", "picture", "replay")]


def test_images_of_a_folder_are_taken_by_the_numbers_in_their_names(write_clip: WriteClip, tmp_path: Path) -> None:
    folder = tmp_path / "stills"
    folder.mkdir()
    with av.open(str(write_clip("a.mp4", pictures=12))) as container:
        for number, frame in enumerate(container.decode(video=0)):
            with av.open(str(folder / f"shot-{number}.png"), "w", format="image2", options={"update": "1"}) as still:
                stream = still.add_stream("png", rate=1)
                stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
                still.mux(stream.encode(frame.reformat(format="rgb24")))
    (folder / "notes.txt").write_text("no image")
    (folder / "shot-5.png").write_bytes(b"no image either")
    seen: list[float] = []
    site = plain_site()
    detector = ScriptedDetector(lambda frame: seen.append(float(frame.image.mean())) or Detections.none())
    outcome = replay_files(
        [folder],
        site,
        site.cameras[0],
        plain_instant(),
        detector,
        fps=None,
        seen=unheard,
        progress=unheard,
    )
    detector.close()

    assert outcome.frames == 11
    assert seen == sorted(seen)
    assert outcome.seconds == pytest.approx(12 / 5)
    assert outcome.said == ["1 packets or images could not be decoded"]


def test_files_follow_one_another_on_one_time_line_and_no_two_alerts_share_an_id(write_clip: WriteClip) -> None:
    one, two = write_clip("one.mp4"), write_clip("two.mp4")
    site = plain_site()
    rule = site.cameras[0].rules[0].model_copy(update={"cooldown_s": 0.0})
    camera = site.cameras[0].model_copy(update={"rules": (rule,)})
    alone, both = replayed(one), replayed(one, two, site=site.model_copy(update={"cameras": (camera,)}))

    assert both.frames == 2 * alone.frames
    assert both.seconds == pytest.approx(2 * alone.seconds, abs=0.01)
    assert [file["name"] for file in both.files] == ["one.mp4", "two.mp4"]
    assert set(alone.alerts) <= set(both.alerts)


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_replayed(write_clip: WriteClip, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no footage")
    outcome = replayed(broken, write_clip("a.mp4"))

    assert outcome.frames == 30
    assert [(file["name"], file["complete"]) for file in outcome.files] == [("broken.mp4", False), ("a.mp4", True)]
    assert "broken.mp4: is no footage" in outcome.said[0]


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_cut_clip_is_replayed_as_far_as_it_goes_and_says_so(write_clip: WriteClip, share: float) -> None:
    path = write_clip("a.avi", codec="mpeg4", pictures=240)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    outcome = replayed(path)

    assert 0 < outcome.frames < 120
    assert not outcome.files[0]["complete"]
    assert "a.avi: was cut: it announces 24.0 s and ends after " in outcome.said[0]


def test_a_play_list_leads_nowhere_but_to_files(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")

    with pytest.raises(FootageError, match=r"list\.m3u8"):
        replayed(path)


@pytest.mark.timeout(120)
def test_every_clip_whole_cut_or_noisy_ends_with_a_clear_statement(footage: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    clips = sorted(p for p in footage.rglob("*") if p.suffix in {".mp4", ".avi", ".gif", ".mkv"})
    for clip in [*clips]:
        data = bytearray(clip.read_bytes())
        if len(data) > 1_000_000:  # the large ones are whole; damage is as well shown by the small ones
            continue
        cut = tmp_path / f"cut-{clip.name}"
        cut.write_bytes(data[: len(data) * 2 // 3])
        for _ in range(40):
            data[chance.randrange(len(data))] = chance.randrange(256)
        noisy = tmp_path / f"noisy-{clip.name}"
        noisy.write_bytes(data)
        clips += [cut, noisy]
    refused = []
    for clip in clips:
        began = time.monotonic()
        try:
            outcome = replayed(clip, found=Detections.none())
            (told,), said = outcome.files, outcome.said
        except FootageError as error:
            refused.append(clip.name)
            told, said = {"complete": False}, [str(error)]
        assert told["complete"] or any(clip.name in sentence for sentence in said)
        assert time.monotonic() - began < _CLIP_S, clip.name

    assert len(clips) >= 26
    assert all(name.startswith(("cut-", "noisy-")) for name in refused)


def test_a_line_that_is_only_counted_has_its_counts_to_the_last_picture(write_clip: WriteClip) -> None:
    site = plain_site()
    raw = site.cameras[0].model_dump() | {"rules": [{"rule": "FLOW", "line": "middle"}]}
    site = site.model_copy(update={"cameras": (Camera.model_validate(raw),)})

    def walk(frame: Frame) -> Detections:
        left = 0.1 + 0.07 * min(frame.number % 14, 14 - frame.number % 14)
        return detections((PERSON, 0.9, (left, 0.3, left + 0.2, 0.8)))

    detector = ScriptedDetector(walk)
    outcome = replay_files(
        [write_clip("walk.mp4", pictures=100)],
        site,
        site.cameras[0],
        instant(None, site),
        detector,
        fps=None,
        seen=unheard,
        progress=unheard,
    )
    detector.close()
    counted = outcome.as_json()["counts"]["middle"]

    assert outcome.alerts == {}
    assert counted["in"] + counted["out"] >= 4
    assert abs(counted["in"] - counted["out"]) <= 1
