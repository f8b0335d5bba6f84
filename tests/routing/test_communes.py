"""The gazetteer: what it refuses, and what it says about its own faults."""

import pytest

from routing.communes import Commune, CommuneKind, Counts, Fault, Gazetteer, OldUnit, Province, km

NORTH = Province(code="01", name="Tỉnh Bắc", former=("Tỉnh Bắc", "Tỉnh Tây"))


def commune(number: int, name: str, lat: float, lon: float, radius_m: float | None = 4_000.0) -> Commune:
    return Commune(
        id=number,
        code=f"{number:05}",
        name=name,
        kind=CommuneKind.COMMUNE,
        province_code="01",
        province="Tỉnh Bắc",
        lat=lat,
        lon=lon,
        radius_m=radius_m,
    )


def old(ward: str, district: str, lat: float, lon: float, *targets: int, province: str = "Tỉnh Bắc") -> OldUnit:
    return OldUnit(ward=ward, district=district, province=province, targets=targets, lat=lat, lon=lon)


def country(communes: list[Commune], old_units: list[OldUnit]) -> Gazetteer:
    return Gazetteer(provinces=(NORTH,), communes=tuple(communes), old_units=tuple(old_units))


def faults(gazetteer: Gazetteer) -> set[tuple[Fault, int | None]]:
    there = Counts(
        provinces=len(gazetteer.provinces), communes=len(gazetteer.communes), old_units=len(gazetteer.old_units)
    )
    return {(suspect.fault, suspect.commune_id) for suspect in gazetteer.suspects(there)}


def test_a_sound_country_has_no_suspects() -> None:
    """Who reads the list of suspects must be able to trust an empty one."""
    gazetteer = country([commune(1, "Xã An", 21.0, 105.0)], [old("Xã An", "Huyện An", 21.01, 105.0, 1)])
    assert faults(gazetteer) == set()


def test_a_double_id_is_refused_by_name() -> None:
    """Ids are hashes: a clash must stop the load, not merge two communes."""
    with pytest.raises(ValueError, match="Xã An and Xã Bình share the id 1"):
        country([commune(1, "Xã An", 21.0, 105.0), commune(1, "Xã Bình", 21.0, 105.0)], [])


def test_a_target_that_is_not_there_is_refused() -> None:
    """An old unit that leads into nothing would lose its addresses silently."""
    with pytest.raises(ValueError, match="its target 9 is not a commune"):
        country([commune(1, "Xã An", 21.0, 105.0)], [old("Xã An", "Huyện An", 21.0, 105.0, 9)])


def test_two_communes_with_each_others_points_are_called_swapped() -> None:
    """Thanh Bình and Lương Hòa Lạc carry each other's points, 95 km apart."""
    gazetteer = country(
        [commune(1, "Xã An", 22.0, 105.0), commune(2, "Xã Bình", 21.0, 105.0)],
        [
            old("Xã An Một", "Huyện An", 21.0, 105.0, 1),
            old("Xã An Hai", "Huyện An", 21.02, 105.0, 1),
            old("Xã Bình Một", "Huyện Bình", 22.0, 105.0, 2),
            old("Xã Bình Hai", "Huyện Bình", 22.02, 105.0, 2),
        ],
    )
    assert faults(gazetteer) == {(Fault.POINT_SWAPPED, 1), (Fault.POINT_SWAPPED, 2)}
    assert gazetteer.misplaced == {1, 2}


def test_the_anchor_of_a_misplaced_commune_is_the_middle_of_its_old_units() -> None:
    """A courier sent to the wrong point walks 95 km; the old units know better, and the anchor says so."""
    gazetteer = country(
        [commune(1, "Xã An", 22.0, 105.0)],
        [old("Xã Một", "Huyện An", 21.0, 105.0, 1), old("Xã Hai", "Huyện An", 21.02, 105.0, 1)],
    )
    anchor = gazetteer.anchor(1)
    assert anchor.lat == pytest.approx(21.01)
    assert (anchor.lon, anchor.mended) == (105.0, True)


def test_the_anchor_of_a_sound_commune_is_its_own_point() -> None:
    """What is not broken is not mended."""
    anchor = country([commune(1, "Xã An", 21.0, 105.0)], [old("Xã An", "Huyện An", 21.01, 105.0, 1)]).anchor(1)
    assert (anchor.lat, anchor.lon, anchor.radius_m, anchor.mended) == (21.0, 105.0, 4_000.0, False)


def test_namesakes_that_share_their_targets_are_suspect() -> None:
    """The data divides Mỹ Tho's ward 4 into Cao Lãnh, since Sa Đéc has a ward 4 too."""
    gazetteer = country(
        [commune(1, "Xã An", 21.0, 105.0), commune(2, "Xã Bình", 22.0, 105.0)],
        [
            old("Phường 4", "Thành phố An", 21.0, 105.0, 1, 2),
            old("Phường 4", "Thành phố Bình", 22.0, 105.0, 1, 2),
        ],
    )
    assert gazetteer.doubtful == {
        ("Phường 4", "Thành phố An", "Tỉnh Bắc"),
        ("Phường 4", "Thành phố Bình", "Tỉnh Bắc"),
    }


def test_orphans_and_wrong_counts_are_named() -> None:
    """A load that lost rows must be seen at once."""
    gazetteer = country([commune(1, "Xã An", 21.0, 105.0)], [])
    words = [suspect.words for suspect in gazetteer.suspects()]
    assert "1 communes, expected 3321." in words
    assert "No old unit leads to Xã An, Tỉnh Bắc." in words


def test_an_old_province_is_found_in_the_new_one() -> None:
    """Addresses go on naming provinces that are gone."""
    gazetteer = country([commune(1, "Xã An", 21.0, 105.0)], [])
    assert gazetteer.province_since("Tỉnh Tây") == NORTH
    assert gazetteer.find("Tỉnh Bắc", "Xã An") is gazetteer.commune(1)


def test_distance_of_a_degree_of_latitude_is_111_km() -> None:
    """All suspects rest on this distance."""
    assert km(20.0, 105.0, 21.0, 105.0) == pytest.approx(111.2, abs=0.1)


def test_a_point_that_several_old_units_share_proves_nothing() -> None:
    """A geocoder gave the district's middle for wards that it did not know; the commune's own point stands."""
    gazetteer = country(
        [commune(1, "Xã An", 22.0, 105.0)],
        [old("Xã Một", "Huyện An", 21.0, 105.0, 1), old("Xã Hai", "Huyện An", 21.0, 105.0, 1)],
    )
    assert faults(gazetteer) == {(Fault.OLD_POINT_SHARED, None)}
    assert not gazetteer.misplaced
