"""Every name of a province, a district or a commune-level unit, by key: what the matcher looks words up in."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from routing.communes import Commune, Gazetteer, OldUnit
from routing.wording import KIND_WORDS, key, one_slip, split_kind, syllables, toned

# Names that people write for provinces besides the official ones.
PROVINCE_ALIASES: dict[str, tuple[str, ...]] = {
    "hochiminh": ("hcm", "hcmc", "tphcm", "h c m", "tphochiminh", "sai gon", "sg", "tpsg"),
    "hanoi": ("hn", "tphn", "tphanoi"),
    "danang": ("tpdanang", "tpdn"),
    "haiphong": ("tphaiphong", "tphp"),
    "cantho": ("tpcantho", "tpct"),
    "hue": ("thua thien hue", "tt hue", "t t hue", "tphue"),
    "bariavungtau": ("br vt", "b r v t", "ba ria vt", "vung tau ba ria"),
    "daklak": ("dac lac", "dak lac", "dac lak", "darlac"),
    "daknong": ("dac nong",),
    "kontum": ("con tum", "cong tum"),
}


DISTRICT_ALIASES: dict[str, tuple[str, ...]] = {
    "buonmathuot": ("bmt", "ban me thuot", "buon me thuot"),
    "thudaumot": ("tdm",),
    "phanrangthapcham": ("phan rang", "prtc"),
    "pleiku": ("plei ku", "playku"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune, or an old unit under one of its names. `district` is -1 for a commune; `former`: not its last name."""

    kind: str
    name: str
    toned: str
    province: int
    old_province: int
    district: int
    targets: tuple[int, ...]
    old: OldUnit | None
    commune: Commune | None
    former: bool
    doubtful: bool
    lay_in: tuple[int, ...] = ()  # of a commune: the old provinces that its old units lay in

    @property
    def official(self) -> str:
        """Its full name."""
        if self.commune:
            return self.commune.name
        return self.old.ward if self.old else self.name


@dataclass(frozen=True, slots=True)
class District:
    """An old district. `targets` are the communes that its units went to; `wardless`: an island without wards."""

    kind: str
    name: str
    toned: str
    official: str
    province: int
    old_province: int
    targets: tuple[int, ...]
    wardless: bool


@dataclass(slots=True)
class Entry:
    """What a key may stand for: positions in the index's lists; provinces as (new, old) pairs."""

    provinces: tuple[tuple[int, int], ...] = ()
    districts: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    city: bool = False  # one of the provinces is a centrally run city


class UnitsIndex:
    """The names of a gazetteer: exact look-up, look-up with one slip, and prefixes to stop a search early."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.provinces = gazetteer.provinces
        self.old_provinces: list[str] = []
        self.districts: list[District] = []
        self.units: list[Unit] = []
        self.names: dict[str, Entry] = {}
        self.prefixes: set[str] = set()
        self._read_provinces()
        self._read_communes()
        self._read_old_units()
        self._slips: dict[str, str | tuple[str, ...]] = {}
        for name in self.names:
            if len(name) >= 4 and not name[-1].isdigit() and not (name.startswith("tp") and len(name) < 7):
                for shorter in _shortened(name):
                    there: str | tuple[str, ...] = self._slips.get(shorter, ())
                    several: tuple[str, ...] = (there,) if isinstance(there, str) else there
                    if name not in several:
                        self._slips[shorter] = (*several, name) if several else name

    def near(self, written: str) -> list[str]:
        """Keys one slip away from `written`, itself left out."""
        found: set[str] = set()
        for shorter in _shortened(written):
            there = self._slips.get(shorter)
            if there is not None:
                found.update((there,) if isinstance(there, str) else there)
        found.discard(written)
        return [name for name in found if one_slip(written, name)]

    def commune_of_today(self, unit: Unit) -> Unit | None:
        """The commune that has an old unit's name in the province where that unit lies now."""
        return next(
            (
                other
                for at in self.names[key(unit.name)].units
                if (other := self.units[at]).old is None and other.province == unit.province
            ),
            None,
        )

    def _entry(self, name: str) -> Entry:
        return self.names.setdefault(name, Entry())

    def _prefix(self, words: tuple[str, ...]) -> None:
        joined = ""
        for word in words[:-1]:
            joined += word
            self.prefixes.add(joined)

    def _read_provinces(self) -> None:
        for position, province in enumerate(self.provinces):
            for former in province.former or (province.name,):
                bare = split_kind(former)[1]
                self.old_provinces.append(former)
                for spelled in (bare, *PROVINCE_ALIASES.get(key(bare), ())):
                    self._prefix(syllables(spelled))
                    entry = self._entry(key(spelled))
                    entry.provinces = (*entry.provinces, (position, len(self.old_provinces) - 1))
                    entry.city = entry.city or former.startswith("Thành phố")

    def _read_communes(self) -> None:
        at = {province.code: position for position, province in enumerate(self.provinces)}
        living = [(commune, (commune.id,)) for commune in self.gazetteer.communes]
        for commune, targets in (*living, *((gone.commune, gone.targets) for gone in self.gazetteer.closed)):
            lay_in = {unit.province for target in targets for unit in self.gazetteer.sources(target)}
            if not targets:
                continue  # leads nowhere: `Gazetteer.suspects` names it
            kind, name = split_kind(commune.name)
            self._add(
                Unit(
                    kind=kind,
                    name=name,
                    toned=toned(name),
                    province=at[commune.province_code],
                    old_province=-1,
                    district=-1,
                    targets=targets,
                    old=None,
                    commune=commune,
                    former=False,
                    doubtful=False,
                    lay_in=tuple(old for old, former in enumerate(self.old_provinces) if former in lay_in),
                ),
                key(name),
            )
            self._prefix(syllables(name))

    def _read_old_units(self) -> None:
        old_at = {name: position for position, name in enumerate(self.old_provinces)}
        new_at = {former: at for at, province in enumerate(self.provinces) for former in province.former}
        grouped: dict[tuple[str, str], list[OldUnit]] = defaultdict(list)
        for unit in self.gazetteer.old_units:
            if unit.province in new_at:
                grouped[unit.province, unit.district].append(unit)
        doubtful = self.gazetteer.doubtful
        for (province, district), units in grouped.items():
            kind, name = split_kind(district)
            position = len(self.districts)
            self.districts.append(
                District(
                    kind=kind,
                    name=name,
                    toned=toned(name),
                    official=district,
                    province=new_at[province],
                    old_province=old_at[province],
                    targets=tuple(dict.fromkeys(target for unit in units for target in unit.targets)),
                    wardless=not any(unit.ward for unit in units),
                )
            )
            self._prefix(syllables(name))
            aliases = DISTRICT_ALIASES.get(key(name), ())
            if kind == "tp" and len(syllables(name)) > 1:
                # "TP.VT", "TPBT": which city, the province or the ward must tell.
                aliases = (*aliases, "tp" + "".join(word[0] for word in syllables(name)))
            for alias in aliases:
                self._prefix(syllables(alias))
            former_names = [former for unit in units for former in unit.district_former]
            for spelled in dict.fromkeys((key(name), *map(key, aliases), *former_names)):
                entry = self._entry(spelled)
                entry.districts = (*entry.districts, position)
            for unit in units:
                if not unit.targets:
                    continue
                ward_kind, ward = split_kind(unit.ward or district)
                for spelled in dict.fromkeys((key(ward), *unit.former)):
                    former = spelled != key(ward)
                    self._add(
                        Unit(
                            kind="" if former or not unit.ward else ward_kind,
                            name=ward,
                            toned="" if former else toned(ward),
                            province=new_at[province],
                            old_province=old_at[province],
                            district=position,
                            targets=unit.targets,
                            old=unit,
                            commune=None,
                            former=former,
                            doubtful=(unit.ward, district, province) in doubtful,
                        ),
                        spelled,
                    )
                self._prefix(syllables(ward))

    def _add(self, unit: Unit, spelled: str) -> None:
        self.units.append(unit)
        entry = self._entry(spelled)
        entry.units = (*entry.units, len(self.units) - 1)


def _shortened(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]


TWO_WORD_KINDS = {
    spelled: KIND_WORDS[spelled] for spelled in ("thanhpho", "thixa", "thitran", "dackhu", "tp", "tx", "tt")
} | {"huyendao": "huyen", "xadao": "xa", "quandao": "dk"}
