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
        plain_zh, plain_en: What it is.
        level: Default level.
        capability: How far the machine can be believed.
    """

    code: str
    plain_zh: str
    plain_en: str
    level: Level
    capability: Capability

    @property
    def zh(self) -> str:
        """The name people read in Chinese: what is only a proxy is 疑似."""
        return f"疑似{self.plain_zh}" if self.capability == "B" else self.plain_zh

    @property
    def en(self) -> str:
        """The same in English."""
        return f"Suspected: {self.plain_en.lower()}" if self.capability == "B" else self.plain_en


CODES: Final = {
    c.code: c
    for c in (
        AlertCode("INTRUDE", "区域入侵", "Intrusion", 3, "A"),
        AlertCode("LOITER", "徘徊逗留", "Loitering", 4, "A"),
        AlertCode("CROWD", "人员聚集", "Gathering", 3, "A"),
        AlertCode("CONGEST", "出入口拥堵", "Entrance congested", 3, "A"),
        AlertCode("TW_IN", "二轮车进楼", "Two-wheeler in doorway", 3, "A"),
        AlertCode("TW_PARK", "二轮车违停", "Two-wheeler parked", 4, "A"),
        AlertCode("FIRELANE", "占用消防通道", "Fire lane blocked", 2, "A"),
        AlertCode("PARK", "机动车违停", "Illegal parking", 4, "A"),
        AlertCode("ABANDON", "遗留物", "Left object", 3, "B"),
        AlertCode("FALL", "人员倒地", "Person down", 2, "B"),
        AlertCode("FIRE", "明火烟雾", "Fire or smoke", 1, "C"),
        AlertCode("FIGHT", "打架斗殴", "Fight", 1, "C"),
        AlertCode("LINE", "越界", "Line crossing", 4, "A"),
        AlertCode("WRONGWAY", "逆行", "Wrong way", 4, "A"),
        AlertCode("NIGHT", "夜间出入", "Night passage", 4, "A"),
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
"""Every alert type that this version can raise; NIGHT is counted and never raised."""
