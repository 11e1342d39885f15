"""Whether the certificates that a site names would serve: a handshake with themselves, in memory."""

import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from config.relations import Where
from config.site import Site

_NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's flag. An expired certificate, or a wrong clock, must not keep a site from watching its gates."""
_ROUNDS: Final = 8
"""A handshake takes three."""
_DAY_S: Final = 86_400
_SOON_DAYS: Final = 30


def unserviceable(site: Site) -> Iterator[tuple[Where, str]]:
    """What is wrong with the certificates, as (where, what to do)."""
    for section, listener in site.listeners.items():
        if files := listener.tls.files:
            yield from (((section, "tls", key), what) for key, what in _faults(*files))


def ending(site: Site, now: datetime) -> Iterator[str]:
    """A sentence for each certificate of a good site that ends soon, has ended, or has not begun."""
    for section, listener in site.listeners.items():
        if files := listener.tls.files:
            begins, ends = _days(now, *files)
            if begins > 0:
                yield f"{section}: its certificate begins in {begins:.1f} days; is this machine's clock right?"
            elif ends < 0:
                yield f"{section}: its certificate ended {-ends:.1f} days ago and browsers refuse it; renew it"
            elif ends < _SOON_DAYS:
                yield f"{section}: its certificate ends in {ends:.1f} days; renew it before browsers refuse it"


def _days(now: datetime, certificate: Path, key: Path) -> tuple[float, float]:
    """Days from now until the certificate begins and until it ends."""
    serving, asking = _ends()
    serving.load_cert_chain(certificate, key, password=_no_password)
    asking.load_verify_locations(certificate)
    told = _shake_hands(serving, asking).getpeercert() or {}
    begins, ends = (ssl.cert_time_to_seconds(str(told[end])) for end in ("notBefore", "notAfter"))
    return (begins - now.timestamp()) / _DAY_S, (ends - now.timestamp()) / _DAY_S


def _ends() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Who serves, and who asks; neither has a certificate yet."""
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False  # a name may be one that only the officers' network knows
    asking.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), asking


def _faults(certificate: Path, key: Path) -> Iterator[tuple[str, str]]:
    unread = [(name, why) for name, path in (("certificate", certificate), ("key", key)) if (why := _unread(path))]
    yield from unread
    if unread:
        return
    serving, asking = _ends()
    try:
        asking.load_verify_locations(certificate)
    except (ssl.SSLError, ValueError):
        yield "certificate", "is no certificate in PEM; write the file that begins with -----BEGIN CERTIFICATE-----"
        return
    try:
        serving.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError):
        yield "key", "is not the key of this certificate, in PEM and without a password; name its own"
        return
    try:
        _shake_hands(serving, asking)
    except ssl.SSLCertVerificationError as error:
        yield "certificate", f"serves no browser: {error.verify_message}"


def _unread(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        return "there is no such file"
    except IsADirectoryError:
        return "is a folder; name the file in it"
    except ValueError:
        return "is no name of a file"
    except OSError as error:
        return f"cannot be read ({error.strerror}); let the user of Kanmen read it"
    return ""


def _no_password() -> str:
    """Else OpenSSL asks for one at the terminal."""
    return ""


def _shake_hands(serving: ssl.SSLContext, asking: ssl.SSLContext) -> ssl.SSLObject:
    """Let the two talk; returns the end of who asks.

    Raises:
        ssl.SSLCertVerificationError: whoever asks does not take the certificate.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        asking.wrap_bio(to_client, to_server),
        serving.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(_ROUNDS):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ends[0]
