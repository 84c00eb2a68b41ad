"""Who may look after whose account: inside their own area only, and nobody their own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from gridgov.errors import CodeError, NotAllowedError

_AREA = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}")


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand changes accounts: the name that is written down, and the areas in which it may."""

    name: str
    areas: tuple[str, ...]
    account_id: UUID | None = None

    def reaches(self, area_code: str | None) -> bool:
        """Return whether an area lies inside one of the hand's own; what belongs to no area lies inside everything."""
        return any((area_code or "").startswith(area) for area in self.areas)

    def sees(self, area_code: str | None, granted: Iterable[str]) -> bool:
        """Return whether an account is any business of the hand: it belongs there, or holds a role there."""
        return self.reaches(area_code) or any(self.reaches(code) for code in granted)

    def require_over(self, account_id: UUID, area_code: str | None, granted: Iterable[str]) -> None:
        """Refuse to change an account that reaches beyond the hand: with its password one would reach as far.

        Raises
        ------
        NotAllowedError
            If it is the hand's own, or belongs or holds a role outside the hand's areas.
        """
        if account_id == self.account_id:
            message = (
                "Nobody looks after their own account: ask another administrator; the password you change yourself."
            )
            raise NotAllowedError(message)
        if not self.reaches(area_code) or not all(self.reaches(code) for code in granted):
            message = "This account reaches beyond your area: ask an administrator above."
            raise NotAllowedError(message)

    def require_reach(self, area_code: str) -> None:
        """Refuse an area outside the hand's own.

        Raises
        ------
        NotAllowedError
            Naming the area.
        """
        if not self.reaches(area_code):
            message = f"{area_code or 'The whole country'} lies outside your area: ask an administrator above."
            raise NotAllowedError(message, field="area_code")


def valid_area(code: str) -> str:
    """Return a code of the area tree from province (2 digits) to cell (15).

    Raises
    ------
    CodeError
        If it has another length or other characters.
    """
    if not _AREA.fullmatch(code):
        message = (
            "An area's code has 2 digits for a province, 4 a city, 6 a district, 9 a street, 12 a community, 15 a cell."
        )
        raise CodeError(message, field="area_code")
    return code
