"""Which package indexes pip would ask on this machine, and how: its own configuration, read but never changed."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from unearth import PackageFinder

_LINE: Final = re.compile(r"(?P<section>:env:|[\w-]+)\.(?P<key>[\w-]+)=(?P<value>.*)")
_SECTIONS: Final = ("global", "install", "download", ":env:")
"""Later ones win, as they do for `pip download`."""

_READ_S: Final = 30
"""Seconds; pip lists its configuration in under one."""


@dataclass(frozen=True, slots=True)
class PipSettings:
    """Where pip looks for packages.

    Attributes:
        find_links: Folders and pages of archives, as URLs.
        indexes: Simple indexes; their URLs may carry passwords: see `shown`.
        cert: Bundle or folder of certificates to trust, None for the machine's own.
        client_cert: Certificate that we show, None for none.
        proxy: None for what the environment says.
        trusted_hosts: Hosts whose certificates are not checked.
        timeout_s: Seconds that a server may be silent.
    """

    find_links: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    cert: Path | None = None
    client_cert: Path | None = None
    proxy: str | None = None
    trusted_hosts: tuple[str, ...] = field(default=())
    timeout_s: float = 15.0


def shown(text: str) -> str:
    """The text without the name and password of any URL in it."""
    return re.sub(r"//[^/\s]+@", "//***@", text)


def read_pip_settings() -> PipSettings:
    """What pip says of itself; where it cannot be asked, what PIP_* variables say."""
    try:
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, timeout=_READ_S, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        listed = [
            f":env:.{name[4:].lower().replace('_', '-')}={value!r}"
            for name, value in os.environ.items()
            if name.startswith("PIP_")
        ]
    return settings_of(listed)


def settings_of(listed: Iterable[str]) -> PipSettings:
    """The settings in the lines of `pip config list`; what cannot be read counts as not said."""
    options = _options(listed)
    cert, client_cert = options.get("cert"), options.get("client-cert")
    indexes = () if _is_on(options.get("no-index")) else _indexes(options)
    return PipSettings(
        tuple(_as_url(place) for place in options.get("find-links", "").split()),
        indexes,
        Path(cert).expanduser() if cert else None,
        Path(client_cert).expanduser() if client_cert else None,
        options.get("proxy") or None,
        tuple(options.get("trusted-host", "").split()),
        _seconds(options),
    )


def _options(listed: Iterable[str]) -> Mapping[str, str]:
    by_section: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listed:
        match = _LINE.fullmatch(line.strip())
        if match is None or match["section"] not in by_section:
            continue
        try:
            value = ast.literal_eval(match["value"])
        except (ValueError, SyntaxError):
            continue
        by_section[match["section"]][match["key"]] = str(value)
    return {key: value for section in _SECTIONS for key, value in by_section[section].items()}


def _indexes(options: Mapping[str, str]) -> tuple[str, ...]:
    # Where nothing is configured, the library knows the public index.
    first = options.get("index-url") or str(PackageFinder().sources[0]["url"])
    return (first, *options.get("extra-index-url", "").split())


def _as_url(place: str) -> str:
    return place if "://" in place else Path(place).expanduser().absolute().as_uri()


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true", "yes", "on")


def _seconds(options: Mapping[str, str]) -> float:
    for key in ("timeout", "default-timeout"):
        try:
            return max(1.0, float(options[key]))
        except (KeyError, ValueError):
            continue
    return PipSettings().timeout_s
