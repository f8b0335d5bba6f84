"""The installed data package, read as data."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from delivery.errors import NotFound
from delivery.store.communes_data import commune_id, read_gazetteer
from routing.communes import CommuneKind, Fault, Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


def test_the_package_holds_the_whole_country(gazetteer: Gazetteer) -> None:
    """34 provinces, 3,321 communes of three kinds and 10,040 old units, as the resolutions of June 2025 count them."""
    assert len(gazetteer.provinces) == 34
    assert Counter(commune.kind for commune in gazetteer.communes) == {
        CommuneKind.WARD: 687,
        CommuneKind.COMMUNE: 2_621,
        CommuneKind.SPECIAL_ZONE: 13,
    }
    assert Counter(unit.divided for unit in gazetteer.old_units) == {False: 9_569, True: 471}


def test_no_count_is_off_and_nothing_is_orphaned(gazetteer: Gazetteer) -> None:
    """Every old unit leads somewhere, and to every commune leads an old unit."""
    assert not [s for s in gazetteer.suspects() if s.fault in (Fault.COUNT, Fault.ORPHAN, Fault.POINT_OUTSIDE)]


def test_the_known_faults_of_the_data_are_flagged(gazetteer: Gazetteer) -> None:
    """Two known ones of each kind: swapped points, and conversions across districts."""
    swapped = {s.words.split(",")[0] for s in gazetteer.suspects() if s.fault is Fault.POINT_SWAPPED}
    assert swapped == {"Xã Thanh Bình", "Xã Lương Hòa Lạc", "Xã Lương Sơn", "Xã Sơn Lương"}
    assert ("Phường 4", "Thành phố Mỹ Tho", "Tỉnh Tiền Giang") in gazetteer.doubtful
    assert ("Phường 6", "Thành phố Mỹ Tho", "Tỉnh Tiền Giang") in gazetteer.doubtful


def test_none_of_the_points_in_ho_chi_minh_city_is_suspect(gazetteer: Gazetteer) -> None:
    """The demo's routes run there."""
    city = {commune.id for commune in gazetteer.communes if commune.province == "Thành phố Hồ Chí Minh"}
    assert len(city) == 168
    assert not city & gazetteer.misplaced


def test_every_mended_anchor_lies_among_its_old_units(gazetteer: Gazetteer) -> None:
    """Thanh Bình's own point is 95 km off; its anchor must be in Thanh Bình."""
    thanh_binh = gazetteer.find("Tỉnh Đồng Tháp", "Xã Thanh Bình")
    assert thanh_binh
    anchor = gazetteer.anchor(thanh_binh.id)
    assert anchor.mended
    assert anchor.lat == pytest.approx(10.56, abs=0.1)
    assert anchor.lon == pytest.approx(105.48, abs=0.1)


def test_ids_depend_on_names_only() -> None:
    """Items keep a commune's id over every reload; this one must never change."""
    assert commune_id("Thành phố Hồ Chí Minh", "Phường Sài Gòn") == 661324968


def test_reading_never_imports_the_package() -> None:
    """Its converter would send addresses to a web geocoder."""
    code = (
        "import sys; from delivery.store.communes_data import read_gazetteer; read_gazetteer();"
        "sys.exit('vietnamadminunits' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_missing_data_is_one_clear_sentence(tmp_path: Path) -> None:
    """Somebody with a broken environment must learn what to do."""
    with pytest.raises(NotFound, match="Install the environment again") as caught:
        read_gazetteer(tmp_path)
    assert caught.value.code == "communes-data-missing"
