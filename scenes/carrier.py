"""How a stream's packets reach its viewer: between the replies of the RTSP connection, or as UDP datagrams."""

import asyncio
import re
import struct
from collections import deque
from collections.abc import Iterable
from typing import Final, Protocol

_FRAME: Final = struct.Struct("!cBH")
_CLIENT_PORTS: Final = re.compile(r"client_port=(\d+)-(\d+)")

_BURST: Final = 32
"""Datagrams sent at once: a viewer's socket takes some hundred, and a key picture of a main stream has more."""

_PAUSE_S: Final = 0.002
"""Between two bursts: a picture of 600 packets still takes less than the time to the next at 25 a second."""

_PORT_TRIES: Final = 20
"""Somebody else may have the port after one that was free."""


class Carrier(Protocol):
    """Takes the packets of one viewer.

    Attributes:
        transport: As the reply to SETUP names it.
    """

    transport: str

    def send(self, packets: Iterable[tuple[int, bytes]]) -> None:
        """Send (channel, packet) each, in order, without waiting."""

    def unsent_bytes(self) -> int:
        """What waits to be sent."""

    def close(self) -> None:
        """Send no more."""


class Interleaved:
    """Packets between the replies of the RTSP connection (RFC 2326, 10.12)."""

    transport = "RTP/AVP/TCP;unicast;interleaved=0-1"

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, packets: Iterable[tuple[int, bytes]]) -> None:
        """See `Carrier.send`."""
        self._writer.write(b"".join(_FRAME.pack(b"$", channel, len(data)) + data for channel, data in packets))

    def unsent_bytes(self) -> int:
        """See `Carrier.unsent_bytes`."""
        return self._writer.transport.get_write_buffer_size()

    def close(self) -> None:
        """The connection stays its viewer's."""


class Datagrams:
    """Packets over UDP: one port for pictures, the next one for reports."""

    def __init__(
        self, pair: tuple[asyncio.DatagramTransport, asyncio.DatagramTransport], ports: tuple[int, int]
    ) -> None:
        own = [channel.get_extra_info("sockname")[1] for channel in pair]
        self.transport = f"RTP/AVP;unicast;client_port={ports[0]}-{ports[1]};server_port={own[0]}-{own[1]}"
        self._pair = pair
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def send(self, packets: Iterable[tuple[int, bytes]]) -> None:
        """See `Carrier.send`."""
        for channel, data in packets:
            self._waiting.append((channel, data))
            self._bytes += len(data)
        if self._timer is None:
            self._burst()

    def unsent_bytes(self) -> int:
        """See `Carrier.unsent_bytes`."""
        return self._bytes

    def close(self) -> None:
        """Give the ports back."""
        if self._timer:
            self._timer.cancel()
        self._waiting.clear()
        for channel in self._pair:
            channel.close()

    def _burst(self) -> None:
        self._timer = None
        for _ in range(min(_BURST, len(self._waiting))):
            channel, data = self._waiting.popleft()
            self._bytes -= len(data)
            self._pair[channel].sendto(data)
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE_S, self._burst)


class _Deaf(asyncio.DatagramProtocol):
    """What the viewer sends (its reports, packets that open a firewall) says nothing that a camera needs."""


async def carrier(wanted: str, writer: asyncio.StreamWriter) -> Carrier | None:
    """The carrier that the Transport header of a SETUP asks for; None where there is no such one.

    Raises:
        OSError: no ports can be had.
    """
    if "TCP" in wanted:
        return Interleaved(writer)
    ports = _CLIENT_PORTS.search(wanted)
    if not wanted.startswith("RTP/AVP") or "multicast" in wanted or not ports:
        return None
    pair = int(ports[1]), int(ports[2])
    if not all(0 < port < 2**16 for port in pair):
        return None
    return Datagrams(await _pair(writer, pair), pair)


async def _pair(
    writer: asyncio.StreamWriter, ports: tuple[int, int]
) -> tuple[asyncio.DatagramTransport, asyncio.DatagramTransport]:
    """Two neighbouring ports of ours, joined to those of the viewer."""
    ours, theirs = writer.get_extra_info("sockname")[0], writer.get_extra_info("peername")[0]
    loop = asyncio.get_running_loop()
    for _ in range(_PORT_TRIES):
        first, _ = await loop.create_datagram_endpoint(_Deaf, (ours, 0), (theirs, ports[0]))
        port = first.get_extra_info("sockname")[1] + 1
        try:
            second, _ = await loop.create_datagram_endpoint(_Deaf, (ours, port), (theirs, ports[1]))
        except (OSError, OverflowError):
            first.close()
            continue
        return first, second
    raise OSError("no two neighbouring ports are free")
