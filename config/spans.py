"""What must hold between the times of one rule: else it is never told of, or told of while all is well."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from config.modelled import FightRule, FireRule
from config.suspected import AbandonRule

_KINDS: dict[str, type[AbandonRule | FireRule | FightRule]] = {
    "ABANDON": AbandonRule,
    "FIRE": FireRule,
    "FIGHT": FightRule,
}


def unmeetable(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Why the times of this rule, as it stands in the file, do not fit together: (key, what to do).

    Where one of its values is wrong by itself nothing is said: that is told elsewhere.
    """
    kind = _KINDS.get(str(rule.get("rule")))
    try:
        config = kind.model_validate(rule) if kind else None
    except ValidationError:
        return
    if isinstance(config, FireRule | FightRule) and config.hit_s > config.of_s:
        what = f"is never seen for {config.hit_s:g} s within {config.of_s:g} s; lower hit_s, or raise of_s to it"
        yield ("hit_s" if "hit_s" in rule else "of_s"), what
    if isinstance(config, AbandonRule) and config.beside_s >= config.dwell_s:
        what = (
            f"what somebody stays beside is told of after {config.dwell_s:g} s, before {config.beside_s:g} s show "
            "that they stay; make beside_s less than dwell_s"
        )
        yield ("beside_s" if "beside_s" in rule else "dwell_s"), what
