"""A camera's troubles and reference pictures as they stand in its checkpoint."""

from typing import Any, Final

from pydantic import TypeAdapter

from detect.health.reference import Reference, decode_reference, encode_reference
from detect.health.rules import State
from models.trouble import Trouble

_TROUBLES: Final = TypeAdapter(dict[str, Trouble])


def encode_health(state: State) -> dict[str, Any]:
    """The state as values that pydantic knows as JSON."""
    return {
        "view": state.view,
        "coloured": _packed(state.coloured),
        "colourless": _packed(state.colourless),
        "by_day": state.by_day,
        "looked": state.looked,
        "troubles": state.troubles,
    }


def decode_health(raw: dict[str, Any]) -> State:
    """The state of `encode_health`.

    Raises:
        ValueError: it is none of this version; pydantic's ValidationError is one, too.
        KeyError: a part is missing.
    """
    return State(
        view=raw["view"],
        coloured=_unpacked(raw["coloured"]),
        colourless=_unpacked(raw["colourless"]),
        by_day=raw["by_day"],
        looked=raw["looked"],
        troubles=_TROUBLES.validate_python(raw["troubles"]),
    )


def _packed(reference: Reference | None) -> dict[str, Any] | None:
    return None if reference is None else encode_reference(reference)


def _unpacked(raw: dict[str, Any] | None) -> Reference | None:
    return None if raw is None else decode_reference(raw)
