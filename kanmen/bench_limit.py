"""The limit of a machine: what decoding, scaling and bare inference would leave room for, if nothing else cost time.

A process of its own (`python -m kanmen.bench_limit`), so that the inference library ends with it.
"""

import json
import sys
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import av

from detect.letterbox import Letterbox
from detect.model import Loaded, load
from ingest.sampler import scaled
from kanmen.bench_costs import Costs
from kanmen.guard import die_with_parent
from models.errors import FootageError
from models.frame import Image
from models.weights import manifest
from scenes.clip import Clip
from scenes.footage import open_footage

_STREAM_S: Final = 10.0
"""Seconds of each stream that are decoded."""

_SCALED_EVERY: Final = 5
"""Pictures from one that is scaled to the next; scaling all would tell no more."""

_WARM_S: Final = 1.0
_INFER_S: Final = 5.0


def _stream(clip: Clip, box: tuple[int, int]) -> tuple[float, float, Image]:
    """Processor seconds to decode a second of a clip and to scale one picture; and a picture as the detector sees it.

    Decoded as ingest does: one thread, every picture.
    """
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    decode_s = scale_s = 0.0
    decoded = scaled_count = 0
    image: Image | None = None
    for unit in clip.units[: round(_STREAM_S * clip.fps)]:
        packet = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in unit.nals))
        began = time.thread_time()
        frames = decoder.decode(packet)
        decode_s += time.thread_time() - began
        for frame in frames:
            decoded += 1
            if decoded % _SCALED_EVERY == 0 or image is None:
                began = time.thread_time()
                image = scaled(frame, *box, "rgb24")
                scale_s += time.thread_time() - began
                scaled_count += 1
    if image is None:
        raise FootageError("a clip of which no picture can be decoded")
    return decode_s / decoded * clip.fps, scale_s / scaled_count, image


def _inference(loaded: Loaded, image: Image) -> float:
    """Processor seconds of one inference, as many under way as the library finds best."""
    count = int(loaded.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
    requests = deque(loaded.compiled.create_infer_request() for _ in range(count))
    place = Letterbox.of((image.shape[1], image.shape[0]), (loaded.width, loaded.height), centred=loaded.head.centred)
    for request in requests:
        drawn = request.get_input_tensor().data
        drawn[:] = loaded.head.padding
        place.draw(image, drawn[0])
    _infer(requests, _WARM_S)
    cpu = time.process_time()
    done = _infer(requests, _INFER_S)
    return (time.process_time() - cpu) / done


def _infer(requests: "deque[Any]", seconds: float) -> int:
    """Keep all requests busy for so long, then let them end; how many inferences that were."""
    until, done = time.monotonic() + seconds, len(requests)
    for request in requests:
        request.start_async()
    while time.monotonic() < until:
        requests[0].wait()
        requests[0].start_async()
        requests.rotate(-1)
        done += 1
    for request in requests:
        request.wait()
    return done


def main() -> None:
    """Measure and print the costs as JSON: MODEL WEIGHTS CACHE CLIP…."""
    model, weights, cache, *clips = sys.argv[1:]
    loaded = load(Path(weights), manifest().detector(model))
    streams = [_stream(open_footage(Path(clip), Path(cache)), (loaded.width, loaded.height)) for clip in clips]
    costs = Costs(
        fmean(decode_s for decode_s, _, _ in streams),
        fmean(scale_s for _, scale_s, _ in streams),
        _inference(loaded, streams[0][2]),
    )
    print(json.dumps(asdict(costs)))  # noqa: T201 (our parent reads it)


if __name__ == "__main__":
    die_with_parent()
    main()
