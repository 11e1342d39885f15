"""The terms of an account: its role, unit, cameras and person, and whether a site has them."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Row

from api.refusals import RefusalError
from api.rights import ROLES, Role, may
from config.site import Site

_UNIT_CHARS: Final = 64


class AccountError(RefusalError):
    """An account cannot be made or changed as asked; the text says why."""

    def __init__(self, key: str, says: str) -> None:
        super().__init__(key)
        self.args = (says,)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account may, and whose it is.

    Attributes:
        role: One of api.rights.ROLES.
        unit: Whom the person works for.
        cameras: Ids that the account may see; None for all.
        person: Of the roster: whose phone an officer's account serves; None for every other role.
    """

    role: Role
    unit: str = ""
    cameras: frozenset[str] | None = None
    person: str | None = None

    def words(self) -> dict[str, Any]:
        """For the audit, and for JSON."""
        return {**asdict(self), "cameras": None if self.cameras is None else sorted(self.cameras)}

    def narrower_than(self, other: "Terms") -> bool:
        """Whether a session begun under `other` might do what these do not allow."""
        if (self.role, self.person) != (other.role, other.person):
            return True
        return self.cameras is not None and (other.cameras is None or not other.cameras <= self.cameras)


def check(site: Site, terms: Terms) -> None:
    """Whether the site has the cameras and the person that an account is to have.

    Raises:
        AccountError: it has not, or the role does not fit.
    """
    if terms.role not in ROLES:
        raise AccountError("invalid", f"{terms.role!r} is no role; there are {', '.join(ROLES)}")
    if (
        len(terms.unit) > _UNIT_CHARS
        or (terms.unit and not terms.unit.isprintable())
        or terms.unit != terms.unit.strip()
    ):
        raise AccountError(
            "account_unit", f"a unit has at most {_UNIT_CHARS} printable characters, no space around them"
        )
    unknown = sorted((terms.cameras or frozenset()) - {camera.id for camera in site.cameras})
    if unknown:
        raise AccountError("unknown_camera", f"the site has no camera {', '.join(unknown)}")
    if may(terms.role, "duty") and terms.person not in {person.id for person in site.people}:
        listed = ", ".join(person.id for person in site.people) or "nobody"
        raise AccountError("needs_person", f"an officer's account is of one person of the roster: {listed}")
    if not may(terms.role, "duty") and terms.person is not None:
        raise AccountError(
            "not_an_officer", f"only an officer's account is of a person of the roster, not one of {terms.role}"
        )


def terms_of(row: Row[Any]) -> Terms:
    """As a row of accounts has them."""
    return Terms(row.role, row.unit, None if row.cameras is None else frozenset(row.cameras), row.person_id)


def columns_of(terms: Terms) -> dict[str, Any]:
    """As a row of accounts takes them."""
    cameras = None if terms.cameras is None else sorted(terms.cameras)
    return {"role": terms.role, "unit": terms.unit, "cameras": cameras, "person_id": terms.person}
