"""Who may do what: the rights of each role. Which cameras an account sees stands with the account."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Role = Literal["operator", "shift_lead", "engineer", "officer", "liaison", "auditor", "admin"]
Right = Literal[
    "watch", "handle", "dispatch", "push", "share", "duty", "liaise", "record", "accounts", "configure", "shelve"
]

ROLES: Final[tuple[Role, ...]] = get_args(Role)

RIGHTS: Final[Mapping[str, frozenset[Right]]] = {
    "operator": frozenset({"watch", "handle", "dispatch", "push", "share"}),
    "shift_lead": frozenset({"watch", "handle", "dispatch", "push", "share", "shelve"}),
    "engineer": frozenset({"watch", "configure"}),
    "officer": frozenset({"duty"}),
    "liaison": frozenset({"liaise"}),
    "auditor": frozenset({"watch", "record"}),
    "admin": frozenset({"watch", "handle", "dispatch", "push", "share", "record", "accounts", "configure", "shelve"}),
}
"""`watch`: see wall, pictures and evidence; `handle`: acknowledge, dismiss, verify, close, and
set rules of levels 3 and 4 aside; `dispatch`: send somebody;
`push`: hand a confirmed incident to the police; `share`: make links to evidence; `duty`: be sent, on the phone page;
`liaise`: see what was pushed and give receipts; `record`: read and export the audit; `accounts`: make and change them;
`configure`: rehearse other rules; `shelve`: set rules of level 2 aside, too.
Engineers never dispatch; an admin of a small site also sits at the wall.
"""


def rights_of(role: str) -> frozenset[Right]:
    """What a role may; an unknown role nothing."""
    return RIGHTS.get(role, frozenset())


def may(role: str, right: Right) -> bool:
    """Whether the role has the right."""
    return right in rights_of(role)
