"""COCO's classes that Kanmen looks at, with the names people read."""

from typing import Final

import numpy as np

PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = 0, 1, 2, 3, 5, 7

WATCHED: Final = (PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK)
"""COCO-80 class numbers that trackers and rules see; a detector drops the others."""

KEYS: Final = {
    "person": (PERSON,),
    "two_wheeler": (BICYCLE, MOTORCYCLE),
    "vehicle": (CAR, BUS, TRUCK),
}
"""What a rule may ask for. COCO cannot tell an e-bike: bicycle and motorcycle are two_wheeler (二轮车)."""

NAMES: Final = {
    "person": ("人", "person"),
    "two_wheeler": ("二轮车", "two-wheeler"),
    "vehicle": ("机动车", "vehicle"),
}
"""(zh, en) of each key."""

KEY_OF: Final = {label: key for key, labels in KEYS.items() for label in labels}
"""The key of a COCO class number."""

KEY_NUMBER: Final = np.array(
    [list(KEYS).index(KEY_OF[label]) if label in KEY_OF else -1 for label in range(80)], np.int16
)
"""The place of a COCO class number's key among the keys; -1 where it is not watched."""
