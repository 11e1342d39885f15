"""One attempt to bring a push to its target: the address is looked up and judged anew, redirects lead nowhere."""

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

import httpx2

from api.signing import signed
from config.police import Target
from models.clock import utc_now

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log each address that it asks

_AGAIN: Final = frozenset({401, 403, 404, 405, 408, 409, 425, 429})
"""Answers of a receiver that is not ready, not yet set up, or has too much to do: it may say something else later."""
_LOOKUPS: Final = 2
"""Threads of one target's own: a name server that hangs must hold no other target up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    Attributes:
        kind: `delivered`; `again`: it may go better later; `dead`: the same bytes will never be taken.
        error: A key, with the status after a colon where there is one; empty where it was delivered.
    """

    kind: Literal["delivered", "again", "dead"]
    error: str = ""


class Sender:
    """Brings messages to one target."""

    def __init__(self, target: Target, trust: ssl.SSLContext) -> None:
        self.target = target
        self._lookups = ThreadPoolExecutor(_LOOKUPS, f"courier:{target.id}")
        self._client = httpx2.AsyncClient(
            verify=trust,
            trust_env=False,  # a proxy in the environment would make our judgement of the address worthless
            follow_redirects=False,
            timeout=target.timeout_s,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def send(self, push_id: str, body: bytes) -> Outcome:
        """Try once; every way in which a network can fail is an outcome."""
        if not self.target.secret:
            return Outcome("again", "key")
        try:
            async with asyncio.timeout(self.target.timeout_s):
                return await self._post(push_id, body)
        except (TimeoutError, httpx2.TimeoutException):
            return Outcome("again", "timeout")
        except _ForbiddenAddressError:
            return Outcome("again", "address")
        except _UnresolvedError:
            return Outcome("again", "unresolved")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Outcome("again", _why(error))

    async def close(self) -> None:
        """Let go of its connections and threads."""
        await self._client.aclose()
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def _post(self, push_id: str, body: bytes) -> Outcome:
        url = httpx2.URL(self.target.url)
        address = await self._looked_up(url.host, url.port or (443 if url.scheme == "https" else 80))
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),  # what was judged is what is asked: no second look-up lies between
            content=body,
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/cloudevents+json; charset=utf-8",
                "User-Agent": "Kanmen",
                **signed(self.target.secret, push_id, utc_now(), body).headers,
            },
            extensions={"sni_hostname": url.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            return _judged(response.status_code)
        finally:
            await response.aclose()  # its body is of no interest, and could be endless

    async def _looked_up(self, host: str, port: int) -> str:
        """An address of the host.

        Raises:
            _UnresolvedError: the name has none, or can be no name.
            _ForbiddenAddressError: one of them is not where the configuration says that the target may lie.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (socket.gaierror, UnicodeError) as error:  # the latter of a part that is empty or too long
            raise _UnresolvedError from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(is_allowed(address, private=self.target.private) for address in addresses):
            raise _ForbiddenAddressError
        return addresses[0]


def is_allowed(address: str, *, private: bool) -> bool:
    """Whether something may be sent to this address: never to many, to nobody or to a link's own, and to a private or
    loopback one only where that is meant.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    return private or (ip.is_global and not ip.is_reserved)


class _UnresolvedError(Exception):
    """The target's name leads nowhere."""


class _ForbiddenAddressError(Exception):
    """The target's name leads where nothing may be sent."""


def _judged(status: int) -> Outcome:
    if httpx2.codes.is_success(status):
        return Outcome("delivered")
    if httpx2.codes.is_redirect(status):
        return Outcome("again", f"redirect:{status}")
    kind: Literal["again", "dead"] = "again" if status >= 500 or status in _AGAIN else "dead"  # noqa: PLR2004 (its own fault)
    return Outcome(kind, f"status:{status}")


def _why(error: BaseException) -> str:
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return "tls"
    return "refused" if isinstance(error, httpx2.ConnectError) else "broken"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
