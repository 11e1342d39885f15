"""The alert types: what each code is called, how grave it is, and what a detector can honestly say of it."""

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal[1, 2, 3, 4]
"""1 红, 2 橙, 3 黄, 4 蓝; the same as GB/T 28181 AlarmPriority."""

Capability = Literal["A", "B", "C", "V"]
"""A: honest with a COCO detector, tracker and geometry. B: a proxy, shown as 疑似. C: needs its own model.
V: a picture check."""


@dataclass(frozen=True, slots=True)
class AlertCode:
    """One alert type.

    Attributes:
        code: As it stands in rules, journals and outbound formats.
        zh, en: Names people read.
        level: Default level.
        capability: How far the machine can be believed.
    """

    code: str
    zh: str
    en: str
    level: Level
    capability: Capability


CODES: Final = {
    c.code: c
    for c in (
        AlertCode("INTRUDE", "区域入侵", "Intrusion", 3, "A"),
        AlertCode("LOITER", "徘徊逗留", "Loitering", 4, "A"),
        AlertCode("LINE", "越界", "Line crossing", 4, "A"),
        AlertCode("STORAGE", "存储故障", "Storage full or failing", 3, "V"),
        AlertCode("FLOW", "人流超限", "Flow over limit", 4, "A"),
        AlertCode("CAM_OFFLINE", "镜头离线", "Camera offline", 3, "V"),
        AlertCode("CAM_FROZEN", "画面冻结", "Picture frozen", 3, "V"),
        AlertCode("CAM_BLIND", "镜头遮挡", "Camera covered", 3, "V"),
        AlertCode("CAM_MOVED", "镜头移位", "Camera moved", 3, "V"),
        AlertCode("CAM_BLUR", "镜头虚焦", "Picture blurred", 3, "V"),
        AlertCode("SYS_DETECT", "检测中断", "Detection down", 2, "V"),
        AlertCode("SYS_DELIVERY", "投递故障", "Delivery failing", 2, "V"),
        AlertCode("SYS_CLOCK", "时钟跳变", "Clock stepped", 2, "V"),
    )
}
"""Every alert type that this version can raise."""
