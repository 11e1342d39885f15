"""Runs a command where nobody can leave and every packet is counted: `unshare -rn python overheard.py COMMAND …`.

Prints JSON {"rc", "packets"}. A default route leads into an interface at whose other end nobody is, so that whoever
tries to reach the world tries it on the wire.
"""

import json
import socket
import subprocess
import sys

ALL_PROTOCOLS = 3  # ETH_P_ALL

SET_UP = (
    "ip link set lo up",
    "ip link add out0 type veth peer name out1",
    "ip link set out0 addrgenmode none",  # or the kernel itself asks for IPv6 neighbours
    "ip link set out1 addrgenmode none",
    "ip address add 192.0.2.2/24 dev out0",
    "ip link set out0 up",
    "ip link set out1 up",
    "ip route add default via 192.0.2.1",
    "ip neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev out0",
)


def main(command: list[str]) -> None:
    """Set the namespace up, listen, run, count."""
    for step in SET_UP:
        subprocess.run(step.split(), check=True, timeout=10)
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(ALL_PROTOCOLS))
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    ran = subprocess.run(command, check=False, timeout=150, stdout=sys.stderr)
    ear.setblocking(False)
    packets = 0
    try:
        while ear.recv(1):
            packets += 1
    except BlockingIOError:
        print(json.dumps({"rc": ran.returncode, "packets": packets}))  # noqa: T201 (the test reads it)


if __name__ == "__main__":
    main(sys.argv[1:])
