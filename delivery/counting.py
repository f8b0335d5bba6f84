"""Closes an office's day: every envelope counted, or named with who answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from delivery.store.offices import DayCount
from delivery.store.queries.counted import Kept, Where, count_of_day, kept_by, known_numbers
from delivery.store.queries.shelves import office_named
from delivery.store.work import Work


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an office answers for: `shelf` is to be counted, `elsewhere` has a named owner, each by number."""

    shelf: tuple[str, ...]
    elsewhere: tuple[Kept, ...]


def expected(unit: Work, office_id: UUID) -> Expected:
    """What should lie on the office's shelf now, and what is out with its couriers, in bags or under inquiry.

    Raises NotFound for an unknown office.
    """
    kept = kept_by(unit, office_named(unit, office_id))
    return Expected(
        shelf=tuple(each.number for each in kept if each.where is Where.SHELF),
        elsewhere=tuple(each for each in kept if each.where is not Where.SHELF),
    )


def close_day(unit: Work, *, office_id: UUID, numbers: Iterable[str] | None) -> DayCount:
    """Close the office's day on what was scanned on its shelf; None means that everything expected lies there.

    Each difference is an exception {number, why, owner}: "missing" and "unexpected" are the office's own, what is
    not on the shelf belongs to its courier, its bag or its inquiry. Counting again on the same day replaces the
    count. Raises NotFound for an unknown office.
    """
    office = office_named(unit, office_id)
    kept = kept_by(unit, office)
    shelf = {each.number for each in kept if each.where is Where.SHELF}
    scanned = shelf if numbers is None else {"".join(number.split()).upper() for number in numbers}
    own = f"office:{office.code}"
    exceptions = [
        {"number": each.number, "why": str(each.where), "owner": each.owner}
        for each in kept
        if each.where is not Where.SHELF and each.number not in scanned
    ]
    exceptions += [{"number": number, "why": "missing", "owner": own} for number in sorted(shelf - scanned)]
    strangers = sorted(scanned - shelf)
    known = known_numbers(unit, strangers)
    exceptions += [
        {"number": number[:40], "why": "unexpected" if number in known else "unknown", "owner": own}
        for number in strangers
    ]
    count = count_of_day(unit, office_id, unit.today)
    if count is None:
        count = DayCount(office_id=office_id, day=unit.today)
        unit.session.add(count)
    count.expected, count.counted = len(kept), len(shelf & scanned)
    count.exceptions = exceptions
    count.closed_by, count.closed_at = unit.actor, unit.now
    unit.session.flush()
    return count
