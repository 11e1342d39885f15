"""What a configuration costs, or leaves off, that whoever wrote it may not expect."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from config.site import Site
from config.suspected import Suspected

_YEAR: Final = timedelta(days=366)
"""Who writes a later last day may mean for good."""


def costs(site: Site) -> Iterator[str]:
    """A sentence for each camera that is looked at in tiles, or masked here instead of in the camera itself."""
    for camera in site.cameras:
        if camera.tiles > 1:
            every = sum(one.looks for one in site.cameras) * site.detector.fps
            yield (
                f"{camera.id}: looked at in {camera.tiles} by {camera.tiles} tiles, too: {camera.looks} looks of the "
                f"detector a picture, {camera.looks * site.detector.fps:g} a second; all cameras together ask for "
                f"{every:g} (--probe says how many this machine does)"
            )
        if not camera.masks:
            continue
        areas = f"{len(camera.masks)} area{'s' if len(camera.masks) > 1 else ''}"
        yield (
            f"{camera.id}: {areas} masked here: shown live as JPEG (5 a second) instead of its own video, its main "
            "stream neither shown nor kept. Costs about 4 % of a core at 704x576, 22 % at 1920x1080 (covering 25 "
            "pictures a second, encoding 10). Better mask it in the camera, then remove them here"
        )


def off(site: Site) -> Iterator[str]:
    """A sentence for each rule that says nothing because the site names no model for it."""
    for camera in site.cameras:
        for rule in camera.rules:
            if rule.id in site.modelless(camera):
                remedy = f"name one under detector.{rule.labels[0]}.path"
                yield f"{camera.id}: {rule.id} is off: there is no model for it; {remedy}"


def over(site: Site, now: datetime) -> Iterator[str]:
    """A sentence for each fixture whose last day is over, by the site's clock, or further than a year ahead."""
    today = now.astimezone(site.zone).date()
    for camera in site.cameras:
        for rule in camera.rules:
            for fixture in rule.fixtures if isinstance(rule, Suspected) else ():
                says = f"{camera.id}: {rule.id}: the last day of a fixture, {fixture.until}, is"
                if fixture.until < today:
                    yield f"{says} over, and it is told of; remove it, or write a later day"
                elif fixture.until - today > _YEAR:
                    yield f"{says} more than a year ahead; what belongs there for good leave out of the zone"
