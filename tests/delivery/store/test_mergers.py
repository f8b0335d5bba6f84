"""Mergers and regions as rows, in whatever order and on whatever days their documents are loaded."""

from dataclasses import replace
from datetime import date

import pytest

from delivery.errors import Refused
from delivery.store.communes import edition
from delivery.store.mergers import load_merger
from delivery.store.regions import RegionKind, RegionsOfDay, change_members
from delivery.wiring import Wiring
from routing.mergers import Closed, Merger, Opened

DAY = date(2027, 1, 1)
HCMC, HANOI = "Thành phố Hồ Chí Minh", "Thành phố Hà Nội"
NEW = Opened(province=HCMC, name="Phường Trung Tâm", code="99001", lat=10.775, lon=106.7, area_km2=4.9)
CITY = Merger(day=DAY, opens=(NEW,), closes=(Closed(province=HCMC, name="Phường Sài Gòn", into=(NEW.name,)),))
CAPITAL = Merger(day=DAY, closes=(Closed(province=HANOI, name="Phường Ba Đình", into=("Phường Ngọc Hà",)),))
EARLIER = Merger(
    day=date(2026, 12, 15),
    opens=(NEW,),
    closes=(Closed(province=HCMC, name="Phường Tân Định", into=(NEW.name,)),),
)


def test_a_second_resolution_of_one_day_is_another_edition_and_a_name_is_not_opened_twice(wiring: Wiring) -> None:
    """A process that goes by the day alone would send the second one to closed communes till its restart."""
    with wiring.work("job:test") as unit:
        before = edition(unit.session, DAY)
        assert load_merger(unit.session, CITY)
        first = edition(unit.session, DAY)
        assert load_merger(unit.session, CAPITAL)
        assert len({before, first, edition(unit.session, DAY)}) == 3
        assert edition(unit.session, date(2026, 12, 31)) == before
        assert not load_merger(unit.session, CITY), "it is there already"
        with pytest.raises(Refused, match=r"Phường Trung Tâm, .* begins on 2027-01-01 by a merger loaded already"):
            load_merger(unit.session, EARLIER)
        with pytest.raises(Refused, match="closes on 2027-01-01 already"):
            load_merger(unit.session, replace(CITY, opens=(replace(NEW, area_km2=49.0),)))


def test_a_region_loaded_out_of_order_ends_where_the_later_change_begins(wiring: Wiring) -> None:
    """A province in two regions at once is billed by whichever comes first."""
    with wiring.work("job:test") as unit:
        assert change_members(unit.session, DAY, {HCMC: "economic-6"}) == 1
        assert change_members(unit.session, date(2026, 12, 15), {HCMC: "economic-4"}) == 1
        for day, code in ((14, "economic-5"), (15, "economic-4"), (31, "economic-4"), (32, "economic-6")):
            at = DAY if day == 32 else date(2026, 12, day)
            regions = RegionsOfDay(unit.session, at)
            region = regions.of(RegionKind.ECONOMIC, HCMC, None)
            assert (regions.twice, region and region.code) == ([], code)
