"""The heads that Kanmen can read, by the name that the manifest gives them."""

from typing import Final

from detect.heads.head import Candidates, Head
from detect.heads.nms import without_doubles
from detect.heads.yolo8 import YOLO8, YOLOV3_TINY
from detect.heads.yolo26 import YOLO26
from detect.heads.yolox import YOLOX

__all__ = ["HEADS", "Candidates", "Head", "read"]

HEADS: Final = {head.name: head for head in (YOLO8, YOLO26, YOLOX, YOLOV3_TINY)}


def read(head: Head, found: Candidates) -> Candidates:
    """The candidates of a head, each thing once."""
    if head.overlap is None or len(found.score) == 0:
        return found
    return without_doubles(found, head.overlap, head.inside)
