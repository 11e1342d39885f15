"""What must hold before anything may leave the house: allowed hosts, addresses that are meant, a key for each."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit


def unsafe(police: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401 (the file may hold anything)
    """Every relation of the police's part that does not hold, as (where within it, what to do).

    Args:
        police: Plain data as in the file; parts of the wrong type are passed over, the types are checked elsewhere.
    """
    listed = police.get("targets") if isinstance(police, Mapping) else None
    targets = listed if isinstance(listed, list | tuple) else ()
    hosts = police.get("hosts") if isinstance(police, Mapping) else None
    allowed = hosts if isinstance(hosts, list | tuple) else ()
    keys: set[str] = set()
    for index, target in enumerate(targets):
        if not isinstance(target, Mapping):
            continue
        at = ("targets", index)
        for what in _of_address(target, allowed):
            yield (*at, "url"), what
        own = target.get("receipt_key") or target.get("key")
        if isinstance(own, str) and own in keys:
            where = "receipt_key" if target.get("receipt_key") else "key"
            yield (*at, where), "another target signs its receipts with this key; give each its own"
        elif isinstance(own, str):
            keys.add(own)


def _of_address(target: Mapping[str, Any], allowed: tuple[Any, ...] | list[Any]) -> Iterator[str]:
    try:
        parts = urlsplit(target.get("url"))
        host = parts.hostname
    except (ValueError, TypeError, AttributeError):
        return
    if not isinstance(host, str) or not host:
        return
    if host not in allowed:
        yield "its host does not stand in police.hosts; add it there, or mend the address"
    private = target.get("private") is True
    if parts.scheme == "http" and not private:
        yield "must be https; plain http is for a private network alone, which private: true says"
    if not private and not _is_public(host):
        yield "is a private or loopback address; write private: true where that is meant"


def _is_public(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True  # a name: looked up, and held against the same, each time something is sent
