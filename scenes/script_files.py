"""What stands beside the footage of a script: its truth, as `kanmen replay --truth` reads it, and its camera."""

from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML

from scenes.breaches import TOLERANCE_S
from scenes.script import Script

_NAME: Final = {"zh": "场景", "en": "Scene"}


def truth_of(script: Script, clip: str) -> str:
    """What happens in it, as YAML; `clip` is the name of its footage."""
    events = [
        {
            "code": breach.code,
            "zone": breach.place,
            "from_s": round(breach.began_s, 3),
            "to_s": round(breach.ended_s, 3),
            "tolerance_s": TOLERANCE_S,
            "count": breach.count,
        }
        for breach in script.breaches
    ]
    counts = {line: {"in": into, "out": out} for line, (into, out) in (script.counts or {}).items()}
    truth: dict[str, Any] = {"clip": clip, **({"events": events} if events else {"silent": True})}
    return _yaml(truth | ({"counts": counts} if counts else {}))


def site_of(script: Script) -> str:
    """A configuration with its camera alone, looked at as often as the script says, as YAML."""
    return _yaml(
        {
            "id": "scene",
            "name": _NAME,
            "prefix": "SCENE",
            "timezone": "UTC",
            "detector": {"fps": script.fps},
            "cameras": [script.camera()],
        }
    )


def _yaml(tree: dict[str, Any]) -> str:
    writer, text = YAML(), StringIO()
    writer.default_flow_style = None
    writer.dump(_plain(tree), text)
    return text.getvalue()


def _plain(part: Any) -> Any:  # noqa: ANN401 (any part of a tree)
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    return [_plain(one) for one in part] if isinstance(part, list | tuple) else part
