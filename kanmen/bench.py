"""`kanmen bench`: what this machine carries, as figures that name the machine, the weights and the footage."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from kanmen.progress import Report, progress_on
from models.errors import ConfigError


def bench(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Footage for the cameras; the demo's scenes if none.")
    ] = None,
    *,
    cameras: Annotated[str, typer.Option(help="How many cameras, one measurement after the other.")] = "1,4,8,16",
    seconds: Annotated[float, typer.Option(min=1, help="How long each measurement takes, once all are live.")] = 60.0,
    fps: Annotated[float, typer.Option(min=2, max=30, help="Looks at each camera so often a second.")] = 10.0,
    model: Annotated[str, typer.Option(help="Weights by their name, or best.")] = "best",
    sub_streams: Annotated[
        bool, typer.Option("--sub-streams", help="Encode the footage as 704x576 at 25 pictures a second first.")
    ] = False,
    alerts: Annotated[
        bool, typer.Option("--alerts/--no-alerts", help="Raise about one a second, or none, as on a quiet night.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
    data: Annotated[Path, typer.Option(help="Folder for weights, footage and the runs' own data.")] = Path("var/bench"),
) -> None:
    """Measure what this machine carries: rate, processor time by stage, latency, memory, and the limit beside it."""
    from kanmen import bench_costs, bench_footage, bench_run  # noqa: PLC0415 (loads the codecs)
    from kanmen.processor import machine  # noqa: PLC0415 (as above)
    from kanmen.site import alone_on  # noqa: PLC0415 (loads more than `--help` needs)
    from kanmen.weights import prepare  # noqa: PLC0415 (as above)
    from scenes.footage import open_footage  # noqa: PLC0415 (as above)

    counts = _counts(cameras)
    cache = data / "footage"
    with alone_on(data, "bench"), progress_on(Console(file=sys.stderr)) as progress:
        name, weights = prepare(model, data / "models", progress)
        paths = list(files or bench_footage.demo_clips(data, progress))
        served = [bench_footage.sub_stream(path, cache, progress) for path in paths] if sub_streams else paths
        clips = [open_footage(path, cache, _telling(progress, f"Encoding {path.name}", 1.0)) for path in served]
        runs: list[dict[str, Any]] = []
        for count in counts:
            offer = bench_run.Offer(count, fps, seconds, alerts, name, data / "models")
            what = f"{count} camera{'s' if count > 1 else ''} at {fps:g} frames/s"
            before = bench_costs.measure(name, weights, cache, served[:count])
            figures = bench_run.run(offer, clips, data / "run", _telling(progress, what, seconds))
            after = bench_costs.measure(name, weights, cache, served[:count])
            runs.append(bench_run.with_limit(figures, offer, before, after))
            if not as_json:
                typer.echo(_line(runs[-1]))
    if as_json:
        footage = [bench_footage.described(path, clip) for path, clip in zip(paths, clips, strict=True)]
        typer.echo(json.dumps({"machine": machine(), "model": name, "footage": footage, "runs": runs}, indent=1))


def _telling(progress: Report, what: str, total: float) -> Callable[[float], None]:
    return lambda done: progress(what, done, total)


def _counts(words: str) -> list[int]:
    try:
        counts = [int(word) for word in words.split(",")]
    except ValueError:
        counts = []
    if not counts or not all(1 <= count <= _MOST for count in counts):
        raise ConfigError(f"--cameras {words}: write numbers from 1 to {_MOST}, e.g. 1,4,8")
    return counts


_MOST = 64
"""As many as a site may have."""


def _line(run: dict[str, Any]) -> str:
    limit, late, stages = run["limit"], run["taken_to_redis_ms"], run["cpu_ms_per_camera_frame"]
    parts = ", ".join(f"{stage.replace('_', '+')} {ms:g}" for stage, ms in stages.items())
    latency = (
        "no alerts" if late["p95"] is None else f"alert in Redis after {late['p50']:.0f} ms, p95 {late['p95']:.0f} ms"
    )
    return (
        f"{run['cameras']} × {run['offered_fps']:g}: {run['camera_frames_per_s']:g} camera-frames/s, "
        f"{limit['ratio']:.0%} of what is possible ({limit['ratio_of_cores_left']:.0%} on the "
        f"{limit['cores_left']:g} cores that others left); CPU-ms per frame: {parts}; {latency}; "
        f"{run['late']} frames late; {run['memory_mib']:.0f} MiB"
    )
