"""Why the wall says no, in words of both languages."""

from collections.abc import Mapping
from typing import Any, Final

from models.errors import KanmenError

REFUSALS: Final[Mapping[str, tuple[int, str, str]]] = {
    "no_session": (401, "请先登录", "log in first"),
    "credentials": (401, "姓名或口令不对", "the name or the password is wrong"),
    "wrong_door": (403, "此账号请从另一入口登录", "this account logs in at the other page"),
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
    "reason_needed": (403, "查看前请说明理由", "say first why you look at it"),
    "link": (403, "链接无效、已过期或已作废", "the link is wrong, out of date or revoked"),
    "unknown_person": (404, "名册中没有此人", "nobody of that id is on the roster"),
    "no_account": (404, "没有这个账号", "there is no such account"),
    "account_exists": (409, "已有同名账号", "there is an account of this name already"),
    "account_name": (
        422,
        "账号名应为 1 至 32 个可见字符，首尾不留空格",
        "a name has 1 to 32 printable characters and no space around them",
    ),
    "account_unit": (
        422,
        "单位名称至多 64 个可见字符，首尾不留空格",
        "a unit has at most 64 printable characters and no space around them",
    ),
    "unknown_camera": (422, "没有这个摄像机", "the site has no such camera"),
    "needs_person": (422, "网格员账号须对应名册中的一人", "an officer's account is of one person of the roster"),
    "not_an_officer": (422, "只有网格员账号对应名册中的人", "only an officer's account is of a person of the roster"),
    "person_taken": (409, "此人已有账号", "this person has an account already"),
    "last_admin": (
        409,
        "这是最后一个能管理账号的账号，请先另建一个",
        "this is the last account that may change accounts: make another first",
    ),
    "yourself": (409, "不能停用自己的账号", "nobody can disable their own account"),
    "no_such_session": (404, "没有这个会话，或已结束", "there is no such session, or it is over"),
    "many_rehearsals": (409, "排队的预演已够多，请稍后再来", "enough rehearsals wait already: come back later"),
    "no_observations": (
        409,
        "未保存观测记录，无法预演",
        "no observations are kept, so there is nothing to rehearse on",
    ),
    "proposal": (422, "规则有误", "the proposed rules have mistakes"),
    "span": (
        422,
        "时段应在观测记录保存期内，先起后止，且至多 7 天",
        "the span lies within the days of which observations are kept, ends after it begins, and has 7 days at most",
    ),
    "conflict": (409, "他人已先处理，已为您更新", "somebody else was faster: this is how it stands now"),
    "nobody_on_duty": (409, "当前无人当班，无法派遣", "nobody is on duty, so nobody can be sent"),
    "not_on_duty": (409, "此人不当班", "this person is not on duty"),
    "replayed": (409, "回放的告警不派遣", "an alert from replayed footage sends nobody"),
    "own_work": (409, "处置人本人不能核查", "whoever handled it does not verify it"),
    "no_photo": (409, "请先拍照，再报处置", "take a photo first, then report it handled"),
    "too_many_photos": (409, "照片已够多", "there are photos enough"),
    "words_missing": (422, "请填写原因或处置情况", "say why, or what was done"),
    "not_jpeg": (422, "照片不是可用的 JPEG", "the photo is no JPEG that can be used"),
    "no_police": (409, "未配置公安推送目标", "no target of the police is configured"),
    "unconfirmed": (409, "尚未受理立案，不能推送公安", "nobody has confirmed this incident yet: it cannot be pushed"),
    "replayed_push": (409, "回放的告警不推送公安", "an alert from replayed footage is not pushed to the police"),
    "not_dead": (409, "该推送仍在进行或已送达", "this push is under way or delivered"),
    "newer": (409, "已有更新的推送取代它", "a newer push took its place"),
    "signature": (401, "签名不对、已过期或密钥不符", "the signature is wrong, too old, or of another key"),
    "not_pushed": (404, "没有推送给贵方的这一事件", "no such incident was pushed to you"),
    "unknown_rule": (422, "该镜头没有这条规则", "the camera has no such rule"),
    "never_shelved": (
        409,
        "1 级报警、镜头与系统故障不能搁置",
        "level 1, and troubles of cameras and of Kanmen itself, are never set aside",
    ),
    "shelf_rank": (403, "2 级规则须由值班长搁置", "a rule of level 2 is set aside by a shift lead"),
    "shelf_span": (
        422,
        "搁置须有期限，且不得超过规定时长",
        "it ends in the time to come, and within the hours allowed",
    ),
    "shelved_already": (409, "该规则已搁置，请先恢复", "it is set aside already: take it up first"),
    "too_late": (409, "撤销时限已过", "the time to undo has passed"),
    "starting": (503, "正在启动", "starting"),
    "database": (503, "数据库暂不可用", "the database does not answer"),
    "storage": (507, "存储空间不足或磁盘拒绝写入", "the disk is full or refuses to write"),
    "failed": (500, "服务器出错", "the server failed"),
}
"""Key: HTTP status, zh, en."""


class RefusalError(KanmenError):
    """A request is refused; the key is one of REFUSALS."""

    def __init__(self, key: str, **more: Any) -> None:  # noqa: ANN401 (JSON values)
        status, zh, en = REFUSALS[key]
        self.words = f"{zh} / {en}"
        super().__init__(self.words)
        self.key = key
        self.status = status
        self.more = more

    def body(self) -> dict[str, Any]:
        """The answer: key, words, and whatever else the contract names."""
        return {"error": self.key, "detail": self.words, **self.more}
