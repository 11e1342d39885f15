"""What befalls the camera of a script: its lens covered, turned, out of focus, its picture frozen, its light gone."""

from typing import Final

import cv2
import numpy as np

from scenes.script import Mischance, Script
from scenes.stage import HEIGHT, WIDTH, Floats
from scenes.wardrobe import Pixels

_TURNING_S: Final = 1.5
"""How long it takes to turn a camera, or its focus."""
_COVERING_S: Final = 0.6
_DARK: Final = 0.02
_STREAKS: Final = 900


class Lens:
    """Draws over one script's pictures what befalls its camera; by its name, the same for ever."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._rng = dice = np.random.default_rng(list(script.name.encode()))
        self._columns = np.linspace(0, 1, WIDTH, dtype=np.float32)[None, :, None]
        self._rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
        self._cover = self._cloth(dice)
        self._gap = float(dice.choice((0.0, 0.0, 0.06, 0.1)))
        self._shift = dice.choice((-1, 1), 2) * dice.uniform(0.05, 0.35, 2)
        self._angle = float(dice.uniform(-8, 8))
        self._blur = float(dice.uniform(4.5, 10.0))
        self._dim = float(dice.uniform(0.3, 0.5))
        self._lorry = self._side(dice)
        self._last: Pixels | None = None

    def over(self, picture: Pixels, number: int) -> Pixels:
        """The picture of that number, (HEIGHT, WIDTH, 3) uint8 BGR, through this lens."""
        at = number / self._script.fps
        for mishap in self._script.mishaps:
            if mishap.from_s <= at < mishap.to_s:
                picture = self._befallen(picture, mishap.what, at - mishap.from_s, mishap.to_s - at)
        return picture

    def kept(self, planes: Pixels, number: int) -> Pixels:
        """What the camera sends for a picture as its sensor gives it, noise and all: another one where it is frozen."""
        at = number / self._script.fps
        frozen = any(m.what == "frozen" and m.from_s <= at < m.to_s for m in self._script.mishaps)
        if not frozen or self._last is None:
            self._last = planes.copy()
        return self._last

    def _befallen(self, picture: Pixels, what: Mischance, since: float, left: float) -> Pixels:  # noqa: PLR0911 (a case each)
        match what:
            case "covered":
                return self._covered(picture, min(1.0, since / _COVERING_S))
            case "turned":
                return self._turned(picture, min(1.0, since / _TURNING_S))
            case "defocused":
                return _seen(cv2.GaussianBlur(picture, (0, 0), max(0.3, self._blur * min(1.0, since / _TURNING_S))))
            case "dark":
                return _seen(picture * np.float32(_DARK))
            case "lorry":
                return self._passed(picture, since, left)
            case "lamps":
                glow = 1 + 0.6 * np.exp(-6 * ((self._columns - 0.3) ** 2 + (self._rows - 0.5) ** 2))
                return _seen(picture * (self._dim * glow * np.array((0.8, 0.95, 1.1), np.float32)))
            case "infra-red":
                return self._infra_red(picture)
            case "downpour":
                return self._poured(picture)
            case "trembling":
                return self._trembled(picture)
            case "frozen":
                return picture

    def _cloth(self, dice: np.random.Generator) -> Floats:
        """A hand, or a cloth: a smooth shade, a little brighter to one side."""
        grey = self._script.night or dice.random() < 0.4  # noqa: PLR2004 (cloths are, hands in infra-red too)
        tint = np.ones(3) if grey else np.array((0.7, 0.8, 1.0)) * dice.uniform(0.9, 1.1, 3)
        colour = dice.uniform(15, 110) * tint
        fall = 1 + 0.5 * (dice.choice((-1, 1)) * (self._columns - 0.5) + dice.choice((-1, 1)) * (self._rows - 0.5))
        return np.asarray(colour * fall, np.float32)

    def _covered(self, picture: Pixels, share: float) -> Pixels:
        covered, edge = picture.copy(), round(WIDTH * share * (1 - self._gap))
        covered[:, :edge] = self._cover[:, :edge].clip(0, 255)
        return covered

    def _turned(self, picture: Pixels, share: float) -> Pixels:
        across, down = self._shift * share
        matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), self._angle * share, 1.0)
        matrix[:, 2] += across * WIDTH, down * HEIGHT / 2
        return _seen(cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT))

    def _side(self, dice: np.random.Generator) -> Pixels:
        """A lorry's side, right before the camera: sheet metal, ribs, a stripe."""
        colour = dice.uniform(60, 210, 3)
        side = np.full((HEIGHT, WIDTH * 2, 3), colour.mean() if self._script.night else colour, np.float32)
        side *= np.linspace(1.1, 0.8, HEIGHT, dtype=np.float32)[:, None, None]
        for x in range(40, WIDTH * 2, 176):
            side[:, x : x + 5] *= 0.6
        side[HEIGHT // 3 : HEIGHT // 2] *= 0.5
        return _seen(side)

    def _passed(self, picture: Pixels, since: float, left: float) -> Pixels:
        """It comes within a second, stands there, and goes within another."""
        edge = round(WIDTH * min(1.0, since, left))
        passed = picture.copy()
        passed[:, WIDTH - edge :] = self._lorry[:, :edge]
        return passed

    def _infra_red(self, picture: Pixels) -> Pixels:
        """No colours, other brightnesses, and the camera's own lamp in the middle."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)[:, :, None]
        lamp = np.exp(-3 * ((self._columns - 0.5) ** 2 + (self._rows - 0.6) ** 2))
        return _seen(np.broadcast_to((70 + 0.6 * grey) * lamp, (HEIGHT, WIDTH, 3)))

    def _poured(self, picture: Pixels) -> Pixels:
        wet = cv2.addWeighted(picture, 0.7, picture, 0, 40)
        starts = self._rng.uniform((0, 0), (WIDTH, HEIGHT), (_STREAKS, 2)).astype(int).tolist()
        for x, y in starts:
            cv2.line(wet, (x, y), (x - 4, y + 24), (190, 190, 190), 1, cv2.LINE_AA)
        return _seen(wet)

    def _trembled(self, picture: Pixels) -> Pixels:
        """By less than a hundredth of its width, smeared while it moves."""
        across, down = self._rng.uniform(-0.008, 0.008, 2) * WIDTH
        moved = cv2.warpAffine(
            picture, np.array(((1, 0, across), (0, 1, down))), (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT
        )
        return _seen(cv2.blur(moved, (1 + 2 * int(self._rng.integers(0, 2)), 1)))


def _seen(picture: Floats | Pixels) -> Pixels:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)
