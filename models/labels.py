"""COCO's classes that Kanmen looks at, with the names people read."""

from typing import Final

import numpy as np

PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = 0, 1, 2, 3, 5, 7
BACKPACK, HANDBAG, SUITCASE = 24, 26, 28
FIRE, FIGHT = 80, 81  # behind COCO's: what only a model of the site's own sees

WATCHED: Final = (PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK, BACKPACK, HANDBAG, SUITCASE)
"""COCO-80 class numbers that trackers and rules see; a detector drops the others."""

KEYS: Final = {
    "person": (PERSON,),
    "two_wheeler": (BICYCLE, MOTORCYCLE),
    "vehicle": (CAR, BUS, TRUCK),
    "bag": (BACKPACK, HANDBAG, SUITCASE),
    "fire": (FIRE,),
    "fight": (FIGHT,),
}
"""What a rule may ask for. COCO cannot tell an e-bike: bicycle and motorcycle are two_wheeler (二轮车)."""

NAMES: Final = {
    "person": ("人", "person"),
    "two_wheeler": ("二轮车", "two-wheeler"),
    "vehicle": ("机动车", "vehicle"),
    "bag": ("箱包", "bag"),
    "fire": ("明火烟雾", "fire or smoke"),
    "fight": ("打架", "fight"),
}
"""(zh, en) of each key."""

ON_REQUEST: Final = frozenset({"bag", "fire", "fight"})
"""Followed only on cameras with a rule that asks for them: everybody carries a bag."""

OWN_LABELS: Final = frozenset({FIRE, FIGHT})
"""What is followed from its first sighting on, whatever its score: its model has a threshold of its own."""

KEY_OF: Final = {label: key for key, labels in KEYS.items() for label in labels}
"""The key of a COCO class number."""

KEY_NUMBER: Final = np.array(
    [list(KEYS).index(KEY_OF[label]) if label in KEY_OF else -1 for label in range(FIGHT + 1)], np.int16
)
"""The place of a label's key among the keys; -1 where it is not watched."""
