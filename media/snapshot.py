"""The very frame that fired, as a picture."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import cv2

from models.frame import Image

_QUALITY: Final = 90
"""JPEG quality 0..100: a face at the far end of the yard stays a face, at about 100 KB."""


def encode_jpeg(image: Image, quality: int = _QUALITY) -> bytes:
    """The picture as JPEG.

    Args:
        image: (h, w, 3) uint8, RGB.
        quality: 0 to 100.

    Raises:
        ValueError: it cannot be encoded.
    """
    try:
        done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded") from error
    if not done:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded")
    return bytes(data)


def snapshot_key(alert: UUID, revision: int, taken: datetime) -> str:
    """Where the snapshot of a revision lies in the evidence store, by the UTC day on which it was taken."""
    return f"{taken.astimezone(UTC):%Y/%m/%d}/{alert}-{revision}.jpg"
