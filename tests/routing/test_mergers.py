"""Mergers of communes: what is nonsense is refused in words, before it becomes data."""

from dataclasses import replace
from datetime import date

import pytest

from routing.communes import Gazetteer
from routing.mergers import Closed, Merger, Opened, refusals
from tests.routing.test_communes import NORTH, commune

BEFORE = Gazetteer(
    provinces=(NORTH,),
    communes=(commune(1, "Xã An", 21.0, 105.0), commune(2, "Xã Bình", 21.1, 105.0), commune(3, "Xã Cát", 21.2, 105.0)),
    old_units=(),
)
NEW = Opened(province="Tỉnh Bắc", name="Phường An Bình", code="00009", lat=21.05, lon=105.0, area_km2=20.0)
AN = Closed(province="Tỉnh Bắc", name="Xã An", into=("Phường An Bình",))
BINH = Closed(province="Tỉnh Bắc", name="Xã Bình", into=("Phường An Bình",))
MERGER = Merger(day=date(2027, 1, 1), opens=(NEW,), closes=(AN, BINH))


@pytest.mark.parametrize(
    "merger",
    [
        MERGER,
        replace(MERGER, opens=(), closes=(replace(AN, into=("Xã Bình",)),)),
        replace(MERGER, opens=(), closes=(replace(AN, into=("Xã Bình", "Xã Cát")),)),
        replace(MERGER, opens=(replace(NEW, name="Xã An"),), closes=(replace(AN, into=("Xã An",)),)),
    ],
    ids=["two become one", "one goes into its neighbour", "one is divided", "one begins anew under its name"],
)
def test_what_resolutions_do_may_become_data(merger: Merger) -> None:
    """A list of faults that cried wolf would be ignored on the day it matters."""
    assert refusals(merger, BEFORE) == []


@pytest.mark.parametrize(
    ("merger", "words"),
    [
        (replace(MERGER, opens=(), closes=()), "Nothing opens and nothing closes."),
        (replace(MERGER, closes=(AN, BINH, AN)), "Xã An, Tỉnh Bắc is closed twice."),
        (replace(MERGER, closes=(AN, replace(BINH, name="Xã Dao"))), "Xã Dao, Tỉnh Bắc is not there on 2027-01-01"),
        (replace(MERGER, closes=(AN, replace(BINH, into=()))), "closed into nothing"),
        (replace(MERGER, closes=(AN, replace(BINH, into=("Xã An",)))), "goes into Xã An, which is not there"),
        (replace(MERGER, opens=(NEW, NEW)), "Phường An Bình, Tỉnh Bắc is opened twice."),
        (replace(MERGER, opens=(NEW, replace(NEW, name="Xã Cát"))), "Xã Cát, Tỉnh Bắc is there already"),
        (replace(MERGER, opens=(replace(NEW, province="Bắc"),)), "there is no province of this name"),
        (replace(MERGER, opens=(NEW, replace(NEW, name="Phường Không"))), "no commune goes into it"),
        (replace(MERGER, opens=(replace(NEW, lat=105.0, lon=21.0),)), "105.0, 21.0 is not in Vietnam."),
        (replace(MERGER, opens=(replace(NEW, area_km2=-1.0),)), "an area of -1 km²."),
        (replace(MERGER, opens=(replace(NEW, name="An Bình"),)), "a name begins with Phường, Xã or Đặc khu."),
    ],
)
def test_nonsense_is_refused_by_name(merger: Merger, words: str) -> None:
    """Whoever typed the resolution in must find the line that is wrong."""
    assert any(words in refusal for refusal in refusals(merger, BEFORE)), refusals(merger, BEFORE)
