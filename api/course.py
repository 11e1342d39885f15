"""The course of a dispatch: its states in words, who may bring it from where to where, and what must be said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Step = Literal["take", "return", "arrive", "handle"]

OPEN_DISPATCH: Final = ("PENDING", "SENT", "TAKEN", "ON_SITE", "HANDLED")
"""Somebody is sent and the case is not at its end; an incident never has two of them."""
BUSY: Final = OPEN_DISPATCH[:-1]
"""The person still has to do something."""
ON_PHONE: Final = OPEN_DISPATCH[1:]
"""What the officer's phone shows: nobody is told before the undo window has passed."""

STANDS: Final[Mapping[str, tuple[str, str]]] = {
    "PENDING": ("即将派出", "about to be sent"),
    "UNDONE": ("已被值班员撤回", "called back by the operator"),
    "SENT": ("已派遣，待接单", "sent, not yet taken"),
    "RETURNED": ("已退回", "returned"),
    "TAKEN": ("已接单", "taken"),
    "ON_SITE": ("已到场", "on site"),
    "HANDLED": ("已处置，待核查", "handled, to be verified"),
    "CLOSED": ("已结案", "closed"),
}
"""Each state of a dispatch: (zh, en)."""

RETURN_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "busy": ("正在处置其他任务", "busy with another task"),
    "off_duty": ("已下班", "off duty"),
    "not_my_grid": ("不属本网格", "not my grid"),
    "cannot": ("无力处置，需其他部门", "beyond me: others are needed"),
}
"""Why an officer sends a task back; own words do as well."""

ReworkReason = Literal["not_solved", "wrong_place", "photo_unclear", "unexplained"]
REWORK_REASONS: Final[Mapping[ReworkReason, tuple[str, str]]] = {
    "not_solved": ("问题仍在", "it is not solved"),
    "wrong_place": ("地点不符", "another place"),
    "photo_unclear": ("照片看不清", "the photo shows nothing"),
    "unexplained": ("情况说明不清", "the report does not say enough"),
}
"""Why a verifier wants it done again."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a step does.

    Attributes:
        begins: State in which it may be done.
        ends: State of dispatch and incident after it.
        stamped: Column that keeps when.
        words: Column that keeps what must be said with it; None where nothing must.
    """

    begins: str
    ends: str
    stamped: str
    words: str | None = None


MOVES: Final[Mapping[Step, Move]] = {
    "take": Move("SENT", "TAKEN", "taken"),
    "return": Move("SENT", "RETURNED", "returned", "return_reason"),
    "arrive": Move("TAKEN", "ON_SITE", "on_site"),
    "handle": Move("ON_SITE", "HANDLED", "handled", "result"),
}
