"""Bytes from an address into a file, bounded, reported as they come, never run."""

import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx2
from unearth.auth import MultiDomainBasicAuth
from unearth.fetchers import PyPIClient

from kanmen.pip_settings import PipSettings, shown

CONNECT_S: Final = 5.0
"""Seconds until a connection stands: a machine behind a closed firewall must learn it soon."""

_CHUNK_BYTES: Final = 1 << 16
_REFUSED: Final = 400

Received = Callable[[int], None]
"""Called with the bytes received so far."""


# At INFO it writes every address, and an address of a private index may carry a password.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class ChannelError(Exception):
    """A channel could not bring a file; the text says why, for people, without secrets."""


def client(settings: PipSettings) -> Any:  # noqa: ANN401 (unearth's client is untyped to us)
    """An HTTP client that trusts, authenticates and waits as pip does here.

    Raises:
        ChannelError: the certificates cannot be read.
    """
    seconds = settings.timeout_s
    try:
        fetcher = PyPIClient(
            trusted_hosts=settings.trusted_hosts,
            verify=_trust(settings),
            timeout=(CONNECT_S, seconds, seconds, CONNECT_S),
            follow_redirects=True,
            **({"proxy": settings.proxy} if settings.proxy else {}),
        )
    except (OSError, ValueError) as error:  # ssl's errors are among OSError
        raise ChannelError(f"pip's certificates or proxy cannot be used: {shown(str(error))}") from error
    fetcher.auth = MultiDomainBasicAuth(prompting=False, index_urls=settings.indexes)
    return fetcher


def download(fetcher: Any, url: str, part: Path, size: int, received: Received) -> None:  # noqa: ANN401 (see client)
    """Write what lies at the address into `part`.

    Raises:
        ChannelError: it cannot be had, or is longer than `size` bytes.
        OSError: the disk refuses.
    """
    done = 0
    try:
        with (
            # Compression on the way would change the bytes that are hashed.
            fetcher.get_stream(url, headers={"Accept-Encoding": "identity"}) as response,
            part.open("wb") as file,
        ):
            if response.status_code >= _REFUSED:
                raise ChannelError(f"{shown(url)} answers {response.status_code}")
            for chunk in response.iter_raw(_CHUNK_BYTES):
                done += len(chunk)
                if done > size:
                    raise ChannelError(f"{shown(url)} sends more than the {size} bytes expected")
                file.write(chunk)
                received(done)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ChannelError(f"{shown(url)}: {why(error)}") from error


def why(error: Exception) -> str:
    """A network error in a few words."""
    return shown(str(error)) or type(error).__name__


def _trust(settings: PipSettings) -> ssl.SSLContext | bool:
    if settings.cert is None and settings.client_cert is None:
        return True
    cert = settings.cert
    if cert is None:
        context = ssl.create_default_context()
    elif cert.is_dir():
        context = ssl.create_default_context(capath=str(cert))
    else:
        context = ssl.create_default_context(cafile=str(cert))
    if settings.client_cert is not None:
        context.load_cert_chain(settings.client_cert)
    return context
