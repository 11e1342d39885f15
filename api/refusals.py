"""Why the wall says no, in words of both languages."""

from collections.abc import Mapping
from typing import Any, Final

from models.errors import KanmenError

REFUSALS: Final[Mapping[str, tuple[int, str, str]]] = {
    "no_session": (401, "请先登录", "log in first"),
    "credentials": (401, "姓名或口令不对", "the name or the password is wrong"),
    "new_password_required": (403, "一次性口令有效，请设置新口令", "the one-time password is right: choose a new one"),
    "weak_password": (
        422,
        "新口令至少 10 个字符，且不得与旧口令或姓名相同",
        "a new password has at least 10 characters and is neither the old one nor the name",
    ),
    "throttled": (429, "失败次数过多，请稍候", "too many failures: wait a little"),
    "csrf": (403, "页面已过期，请刷新", "the page is out of date: reload it"),
    "origin": (403, "请求来自其他网站", "the request comes from another site"),
    "forbidden": (403, "无此权限", "your role does not allow this"),
    "host": (421, "主机名不对", "this name is not ours"),
    "too_large": (413, "请求过大", "the request is too large"),
    "invalid": (422, "请求内容有误", "the request is malformed"),
    "not_found": (404, "没有这一项", "there is no such thing"),
    "no_snapshot": (404, "没有截图", "there is no snapshot"),
    "no_evidence": (404, "没有这份证据，或已到期删除", "there is no such evidence, or its days are over"),
    "link": (403, "链接无效、已过期或已作废", "the link is wrong, out of date or revoked"),
    "unknown_person": (404, "名册中没有此人", "nobody of that id is on the roster"),
    "conflict": (409, "他人已先处理，已为您更新", "somebody else was faster: this is how it stands now"),
    "nobody_on_duty": (409, "当前无人当班，无法派遣", "nobody is on duty, so nobody can be sent"),
    "not_on_duty": (409, "此人不当班", "this person is not on duty"),
    "replayed": (409, "回放的告警不派遣", "an alert from replayed footage sends nobody"),
    "too_late": (409, "撤销时限已过", "the time to undo has passed"),
    "starting": (503, "正在启动", "starting"),
    "database": (503, "数据库暂不可用", "the database does not answer"),
    "failed": (500, "服务器出错", "the server failed"),
}
"""Key: HTTP status, zh, en."""


class RefusalError(KanmenError):
    """A request is refused; the key is one of REFUSALS."""

    def __init__(self, key: str, **more: Any) -> None:  # noqa: ANN401 (JSON values)
        status, zh, en = REFUSALS[key]
        super().__init__(f"{zh} / {en}")
        self.key = key
        self.status = status
        self.more = more

    def body(self) -> dict[str, Any]:
        """The answer: key, words, and whatever else the contract names."""
        return {"error": self.key, "detail": str(self), **self.more}
