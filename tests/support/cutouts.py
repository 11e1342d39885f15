"""Who plays in scripts that are filmed: people and a bus cut out of the photograph, all else out of COCO's pictures."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from scenes.actors import Actor, cut_actors
from scenes.wardrobe import Sprite, walk

_MANIFEST = Path(__file__).with_name("cutouts.json")


def actors(photo: Path, footage: Path) -> dict[str, Actor]:
    """People and a bus from the photograph, more people and all else from COCO's pictures, as the manifest names.

    Whoever lies, or stands behind a wall, is one of the photograph, turned on his side or cut off.
    """
    folder = footage / "tinycoco"
    marked = json.loads((folder / "instances_train2017.json").read_text(encoding="utf-8"))
    polygons = {one["id"]: one["segmentation"] for one in marked["annotations"]}
    cast = cut_actors(photo)
    for cutout in json.loads(_MANIFEST.read_text(encoding="utf-8"))["cutouts"]:
        path = folder / "train2017" / cutout["image"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == cutout["sha256"], path.name
        sprite = _cut(path, polygons[cutout["annotation"]])
        gait = walk(sprite) if cutout["kind"] == "person" else (sprite,)
        cast |= {name: Actor(name, cutout["kind"], gait) for name in cutout["actors"]}
    dark, cream = (cast[name].gait[0] for name in ("dark", "cream"))
    half = len(cream.alpha) // 2
    postures = {
        "fallen": _turned(dark, 90),
        "fallen aslant": _turned(cream, 65),
        "half hidden": Sprite(cream.bgr[:half], cream.alpha[:half]),
    }
    return cast | {name: Actor(name, "posture", (sprite,)) for name, sprite in postures.items()}


def _cut(path: Path, polygons: list[list[float]]) -> Sprite:
    image = cv2.imread(str(path))
    mask = np.zeros(image.shape[:2], np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.array(polygon).reshape(-1, 2).round().astype(np.int32)], 255)
    x, y, w, h = cv2.boundingRect(mask)
    mask = cv2.GaussianBlur(mask, (3, 3), 0)
    return Sprite(image[y : y + h, x : x + w].copy(), mask[y : y + h, x : x + w].copy())


def _turned(sprite: Sprite, degrees: float) -> Sprite:
    """Turned against the clock, as large as it is then."""
    height, width = sprite.alpha.shape
    side = int(np.hypot(height, width)) + 2
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    bgr = cv2.warpAffine(sprite.bgr, turn, (side, side), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    alpha = cv2.warpAffine(sprite.alpha, turn, (side, side)).astype(np.uint8)
    x, y, w, h = cv2.boundingRect(alpha)
    return Sprite(bgr[y : y + h, x : x + w], alpha[y : y + h, x : x + w])
