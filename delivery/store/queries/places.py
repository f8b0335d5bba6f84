"""From an address as written to the commune it lies in and the office that delivers there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from delivery.errors import Invalid
from delivery.rules.submissions import GivenAddress
from delivery.store.communes import Commune
from delivery.store.offices import Office
from delivery.store.work import Work
from routing.addresses import Match, Matcher, Verdict


@dataclass(frozen=True, kw_only=True)
class Placing:
    """What is known of an address. `office` is None while a person has to look at it: it is in review."""

    match: Match
    office: Office | None

    @property
    def confidence(self) -> float:
        """How sure the likeliest candidate is, 0 to 1; 0 without one."""
        return self.match.candidates[0].confidence if self.match.candidates else 0.0


def read_address(matcher: Matcher, address: GivenAddress) -> Match:
    """Read the address, its units apart where they came apart."""
    if address.text.strip():
        return matcher.match(address.text)
    return matcher.match_units(
        province=address.province,
        district=address.district or None,
        commune=address.commune or None,
        street=address.street or None,
    )


def place(unit: Work, matcher: Matcher, address: GivenAddress) -> Placing:
    """Place an address. Only a sure match whose commune has an office is placed; a guess never is."""
    match = read_address(matcher, address)
    sure = match.verdict is Verdict.SURE
    return Placing(match=match, office=office_of(unit, match.candidates[0].commune_id) if sure else None)


def office_of(unit: Work, commune_id: int) -> Office | None:
    """The office that delivers in a commune, with the commune; read once per unit."""
    # The session alone would forget them: its identity map is weak.
    known: dict[int, Office | None] = unit.session.info.setdefault("offices_by_commune", {})
    if commune_id not in known:
        query = select(Office).where(Office.commune_id == commune_id).options(joinedload(Office.commune))
        known[commune_id] = unit.session.scalars(query).one_or_none()
    return known[commune_id]


def commune_of(unit: Work, commune_id: int) -> Commune:
    """A commune by our id, read once per unit."""
    known: dict[int, Commune] = unit.session.info.setdefault("communes", {})
    if commune_id not in known:
        known[commune_id] = unit.session.get_one(Commune, commune_id)
    return known[commune_id]


def chosen_office(unit: Work, commune_id: int, *, pointer: str = "") -> Office:
    """The office of the commune that a person chose. Raises Invalid at `pointer` when it has none."""
    office = office_of(unit, commune_id)
    if office is None:
        raise Invalid(
            "commune-without-office",
            vi="Không có bưu cục phát ở xã, phường này. Hãy chọn xã, phường khác.",
            en="No office delivers in this commune. Choose another commune.",
            pointer=pointer,
            facts={"commune": commune_id},
        )
    return office
