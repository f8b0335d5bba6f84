"""The communes that are offered for one address, each with its weight and the reason in a few words."""

import math
from dataclasses import dataclass

from routing.mentions import Mention
from routing.readings import Reading
from routing.units_index import UnitsIndex

MOST_CANDIDATES = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A commune that the address may lie in. `confidence` 0..1; those of one match sum to at most 1."""

    commune_id: int
    confidence: float
    why: str


class Offers:
    """Collects communes; the first reason given for one stays."""

    def __init__(self, index: UnitsIndex) -> None:
        self._index = index
        self.weights: dict[int, float] = {}
        self._why: dict[int, str] = {}

    def offer(self, commune_id: int, weight: float, why: str) -> None:
        """Offer a commune, unless it is offered already."""
        if commune_id not in self.weights:
            self.weights[commune_id] = weight
            self._why[commune_id] = why

    def add_readings(self, close: list[Reading], best: Reading) -> None:
        """Offer what the readings lead to; a score 0.25 lower weighs a third, a divided unit's weight is shared out."""
        for reading in close:
            share = math.exp(4 * (reading.score - best.score)) / len(reading.unit.targets)
            for target in reading.unit.targets:
                if share > self.weights.get(target, 0.0):
                    self.weights[target] = share
                    self._why[target] = reason(reading)

    def add_neighbours(self, best: Reading) -> None:
        """The conversion may be wrong altogether: offer the district's other communes too, less likely."""
        district = self._index.districts[best.unit.district]
        for target in district.targets:
            self.offer(target, 0.02, f"{district.official} · chuyển đổi chưa chắc")

    def add_named_district(self, best: Reading) -> None:
        """ "Phường 2, Quận Nhất, Sài Gòn": a ward is named that is not known, so any in the district may be meant."""
        for at in best.district.entry.districts if best.district else ():
            district = self._index.districts[at]
            if district.province == best.unit.province:
                for target in district.targets:
                    self.offer(target, 0.3, district.official)

    def add_district_of_that_name(self, best: Reading, mentions: list[Mention]) -> None:
        """ "Ba Đình, Hà Nội": the ward of today, or anything in the district of that name."""
        for mention in mentions:
            if mention.level == "d" and (mention.name, mention.end) == (best.ward.name, best.ward.end):
                for at in mention.entry.districts:
                    district = self._index.districts[at]
                    if district.province == best.unit.province:
                        for target in district.targets:
                            self.offer(target, 0.3 / len(district.targets), district.official)

    def add_very_name(self, best: Reading, readings: list[Reading]) -> None:
        """A slip that fits the named district is rivalled by the very name, if another district's unit has it."""
        if best.ward.exact:
            return
        for reading in readings:
            ward = reading.ward
            if not (reading.conflict and ward.exact and ward.kind):
                continue
            overlaps = ward.end > best.ward.name and ward.name < best.ward.end
            if overlaps and ward.end - ward.name >= best.ward.end - best.ward.name:
                for target in reading.unit.targets:
                    self.offer(target, 0.5 / len(reading.unit.targets), reason(reading))

    def ranked(self, certainty: float) -> tuple[Candidate, ...]:
        """The likeliest first; their confidences sum to at most `certainty`."""
        whole = sum(self.weights.values())
        first = sorted(self.weights, key=lambda target: -self.weights[target])[:MOST_CANDIDATES]
        return tuple(
            Candidate(
                commune_id=target,
                confidence=round(certainty * self.weights[target] / whole, 4),
                why=self._why[target],
            )
            for target in first
        )


def reason(reading: Reading) -> str:
    """What a reading rests on, for a clerk: the unit's full name and what became of it."""
    if reading.unit.old is None:
        closed = reading.unit.commune is not None and reading.unit.targets != (reading.unit.commune.id,)
        return f"{reading.unit.official} (đã sáp nhập)" if closed else reading.unit.official
    words = reading.unit.old.words
    if reading.unit.former:
        words += " (tên trước đó)"
    return words + " · đã chia tách" if reading.unit.old.divided else words
