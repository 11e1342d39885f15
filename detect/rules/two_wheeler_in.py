"""TW_IN 二轮车进楼: a two-wheeler in a doorway; whether it is an electric one COCO cannot tell, so nobody says so."""

from typing import Final

from config.rules import TwoWheelerInRule
from config.watching import Watching
from detect.rules.intrude import Intrude


class TwoWheelerIn(Intrude):
    """One TW_IN rule of one camera: a stay like an intrusion, of other things and sooner."""


RULES: Final[dict[type[Watching], type[TwoWheelerIn]]] = {TwoWheelerInRule: TwoWheelerIn}
