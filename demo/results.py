"""The day's results: who each is for, from which agency's point it comes, and the line that hands it over."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from demo import people
from demo.fates import Story, stories
from demo.people import Addressee
from demo.world import Agency, Point, Ward, World

PAPERS = ("can_cuoc", "giay_chung_nhan_qsdd", "giay_phep", "trich_luc", "ho_chieu")
FEES = (10_000, 20_000, 50_000, 100_000, 250_000)
WAIVERS = ("poor_household", "near_poor_household", "person_with_merit", "person_with_disability", "elderly")
_SHARE_A_HOUSE = 0.08


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result about to be handed over."""

    agency: Agency
    point: Point
    addressee: Addressee
    story: Story
    submission: dict[str, object]

    @property
    def reference(self) -> str:
        """The agency's own name for it."""
        return str(self.submission["agency_reference"])


def make_results(world: World, day: date) -> list[Result]:
    """The results that the agencies of `world` finish on `day`; the same for the same number of items."""
    chance = random.Random(world.items)
    desks = [(agency, point) for agency in world.agencies for point in agency.points]
    results: list[Result] = []
    neighbours: dict[int, Addressee] = {}
    for number, story in enumerate(stories(world.items, chance), 1):
        agency, point = chance.choice(desks)
        ward = chance.choice(world.wards)
        addressee = _addressee(world, chance, ward, story, neighbours)
        submission = _submission(chance, number, day, agency, point, addressee)
        results.append(Result(agency=agency, point=point, addressee=addressee, story=story, submission=submission))
    return results


def of_agency(results: Sequence[Result], agency: Agency) -> list[Result]:
    """Those of one agency, in the order of making."""
    return [result for result in results if result.agency.code == agency.code]


def _addressee(
    world: World, chance: random.Random, ward: Ward, story: Story, neighbours: dict[int, Addressee]
) -> Addressee:
    known = neighbours.get(ward.id)
    if known is not None and story.mender is None and chance.random() < _SHARE_A_HOUSE:
        person = people.housemate(chance, known)
    else:
        person = people.invent(chance, ward)
    if story.mender is not None:
        person = people.unclear(chance, person, world.divided)
    else:
        neighbours[ward.id] = person
    return people.with_phone(chance, person, story.phone)


def _submission(
    chance: random.Random, number: int, day: date, agency: Agency, point: Point, addressee: Addressee
) -> dict[str, object]:
    paid_by_agency = chance.random() < 0.2
    submission: dict[str, object] = {
        "agency_reference": f"{agency.code}-{day:%Y%m%d}-{number:05d}",
        "dossier_code": f"000.00.{chance.randrange(1, 60):02d}.{agency.organisation}-{day:%y%m%d}-{number:04d}",
        "handover_point": point.code,
        "service": "result_return",
        "weight_g": chance.choice((30, 50, 80, 120, 200, 350)),
        "payer": "agency" if paid_by_agency else "addressee",
        "due_day": (day + timedelta(days=chance.choice((3, 4, 7, 9)))).isoformat(),
        "documents": [
            {"kind": chance.choice(PAPERS), "original": chance.random() < 0.8, "sheets": chance.randrange(1, 7)}
            for _ in range(chance.choice((1, 1, 1, 2, 3)))
        ],
        "addressee": addressee.entry(),
    }
    if chance.random() < 0.25:
        submission["agency_fee"] = chance.choice(FEES)
    if chance.random() < 0.06:
        submission["waivers"] = [chance.choice(WAIVERS)]
    return submission
