"""`kanmen film`: footage of a script, with its truth and its camera beside it, to replay and to score."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from kanmen.progress import progress_on
from models.errors import FootageError

if TYPE_CHECKING:
    from scenes.script import Script

_PLAYED: Final = ("person", "bus", "pillar")
"""By whom the parts of a script are played that anybody may film: they come with a package."""


def film(
    scene: Annotated[
        str | None, typer.Argument(help="CODE/KIND/SEED, e.g. INTRUDE/stands/7; left out, all are listed.")
    ] = None,
    out: Annotated[Path, typer.Argument(help="The mp4; .site.yaml and .truth.yaml are written beside it.")] = Path(
        "scene.mp4"
    ),
    *,
    cache: Annotated[Path, typer.Option(help="Where the photograph is kept that its people are cut out of.")] = Path(
        "var/footage"
    ),
) -> None:
    """Film a script with exact truth: what a rule must tell of, or what only looks like it.

    What it wrote is replayed and scored by: kanmen replay OUT.mp4 --config OUT.site.yaml --truth OUT.truth.yaml
    """
    from scenes.script_files import site_of, truth_of  # noqa: PLC0415 (loads OpenCV)

    if scene is None:
        for line in listed():
            typer.echo(line)
        return
    script = script_of(scene)
    console = Console(stderr=True)
    with progress_on(console) as progress:
        from kanmen.assets import fetch  # noqa: PLC0415 (see above)
        from scenes import filming  # noqa: PLC0415 (see above)
        from scenes.actors import cut_actors  # noqa: PLC0415 (see above)

        actors = cut_actors(fetch("street-photo", cache, progress))
        site, truth = out.with_suffix(".site.yaml"), out.with_suffix(".truth.yaml")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            truth.unlink(missing_ok=True)  # of what stood there before: cut off, no footage has another one's truth
            progress(what := f"Filming {scene}, {script.seconds:g} s", 0, 0)
            filming.film(script, actors, out)
            progress(what, 1, 1)
            site.write_text(site_of(script), encoding="utf-8")
            truth.write_text(truth_of(script, out.name), encoding="utf-8")
        except OSError as error:
            raise FootageError(f"{out}: cannot be written: {error.strerror}; name another OUT") from error
    console.print(
        f"{script.seconds:g} s of footage; score a replay of it by:\n"
        f"kanmen replay {out} --config {site} --truth {truth} --at {script.begins}",
        soft_wrap=True,
        highlight=False,
    )


def listed() -> list[str]:
    """Every kind of script, with what it is about."""
    from scenes.repertoire import ALIKE, FULL, HAPPENS  # noqa: PLC0415 (see above)

    kinds = [
        (f"{code}/{kind}", what)
        for what, makers in (("is told", HAPPENS), ("is told, times as by default", FULL), ("is not told", ALIKE))
        for code, by_kind in makers.items()
        for kind in by_kind
    ]
    return [f"{name}/SEED{' ' * (24 - len(name))} {what}" for name, what in kinds]


def script_of(name: str) -> "Script":
    """The script of that name.

    Raises:
        FootageError: there is none, or parts of it have nobody to play them.
    """
    from random import Random  # noqa: PLC0415 (see above)

    from scenes.repertoire import ALIKE, FULL, HAPPENS  # noqa: PLC0415 (see above)

    code, _, rest = name.partition("/")
    kind, _, seed = rest.partition("/")
    maker = next((makers[code][kind] for makers in (HAPPENS, ALIKE, FULL) if kind in makers.get(code, {})), None)
    if maker is None or not seed.isdecimal():
        raise FootageError(f"{name}: is no script; write CODE/KIND/SEED, `kanmen film` lists them")
    script = maker(Random(name), name)  # noqa: S311 (the same for ever is what is wanted)
    lacking = Counter(role.actor for role in script.roles if role.actor not in _PLAYED)
    if lacking:
        raise FootageError(
            f"{name}: nobody can play {', '.join(lacking)}; Kanmen ships pictures of people and of a bus only. "
            "Other seeds of this kind may do without"
        )
    return script
