"""What the processor did, process by process, and which machine it is."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cores() -> int:
    """How many cores we may use."""
    return len(os.sched_getaffinity(0))


def spent_s(pids: Iterable[int]) -> dict[int, float]:
    """Processor seconds of each process so far, user and system; those that have ended are left out."""
    spent = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        spent[pid] = (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
    return spent


def busy_s() -> float:
    """Seconds so far in which the machine's cores were busy, whoever they worked for; steal by a hypervisor counts."""
    user, nice, system, _, _, irq, softirq, steal = (
        int(ticks) for ticks in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICKS_PER_S


def machine() -> dict[str, Any]:
    """What figures are to be read with."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": named[0] if named else platform.machine(),
        "cores": cores(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "openvino": version("openvino"),
        "kanmen": version("kanmen"),
    }
