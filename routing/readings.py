"""Ways to read an address: for each unit that may be named, in which named district and province it would lie.

A reading's score adds what speaks for it (a name with its kind, its district, its province, the right tones)
and takes away what speaks against it. One that is 0.25 better than another is clearly better.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from routing.mentions import Mention, Words, apart
from routing.units_index import Unit, UnitsIndex
from routing.wording import toned

TODAY = -1  # beside old provinces: the name is today's province's as well
# Between two units these say nothing: "Quận 2 cũ", "nay là", "thuộc".
_ASIDES = frozenset(("cu", "moi", "nay", "la", "thuoc", "truoc", "day"))
_PLACES = frozenset(
    (
        *("so", "sn", "nha", "hem", "ngo", "ngach", "kiet", "duong", "pho"),
        *("to", "ap", "thon", "xom", "khu", "khom", "kp", "tdp", "khoi", "doi", "ban", "buon"),
    )
)
# What a kind's word looks like with its marks; "quán cà phê" announces no district.
_MARKED_KINDS = {"quan": "quận", "huyen": "huyện", "xa": "xã", "phuong": "phường", "tinh": "tỉnh"}


@dataclass(slots=True)
class Reading:
    """One way to read the text: this unit, named here, in this district and province."""

    score: float
    unit: Unit
    ward: Mention
    district: Mention | None
    province: Mention | None
    conflict: bool


def all_readings(index: UnitsIndex, mentions: list[Mention]) -> list[Reading]:
    """Every reading that a named unit allows, best first."""
    provinces: dict[int, list[tuple[Mention, set[int]]]] = defaultdict(list)
    districts: dict[int, list[Mention]] = defaultdict(list)
    strong_province = 0.0
    strong_districts: list[Mention] = []
    for mention in mentions:
        if mention.level == "p":
            for new in {pair[0] for pair in mention.entry.provinces}:
                olds = {old for n, old in mention.entry.provinces if n == new}
                if any(index.old_provinces[old] == index.provinces[new].name for old in olds):
                    olds.add(TODAY)
                provinces[new].append((mention, olds))
            strong_province = max(strong_province, mention.quality)
        elif mention.level == "d":
            for at in mention.entry.districts:
                districts[at].append(mention)
            if mention.quality >= 0.6:
                strong_districts.append(mention)
    if strong_province >= 0.75:
        # A district elsewhere is none: its name is a slip, or a street's.
        districts = {at: named for at, named in districts.items() if index.districts[at].province in provinces}
        inside = {id(mention) for named in districts.values() for mention in named}
        strong_districts = [mention for mention in strong_districts if id(mention) in inside]
    last = max((mention.end for mention in mentions), default=0)
    # "… p. An Đông Huế": without a comma too, a province's name at the very end is one.
    ending = {new for new, there in provinces.items() if any(m.end == last and m.quality >= 0.5 for m, _ in there)}
    ruled_by: dict[int, list[Mention]] = defaultdict(list)
    for at, named in districts.items():
        for target in index.districts[at].targets:
            ruled_by[target] += named
    found: list[Reading] = []
    for ward in mentions:
        if ward.level != "w":
            continue
        base = 1.5 * ward.quality
        for position in ward.entry.units:
            unit = index.units[position]
            there = provinces.get(unit.province)
            if there is None and strong_province >= 0.75:
                continue
            elsewhere = 0.4 if ending and unit.province not in ending and ward.end < last else 0.0
            found.append(_read(index, base - elsewhere, unit, ward, there or [], districts, ruled_by, strong_districts))
    found.sort(key=lambda reading: -reading.score)
    return found


def _read(
    index: UnitsIndex,
    base: float,
    unit: Unit,
    ward: Mention,
    provinces: list[tuple[Mention, set[int]]],
    districts: dict[int, list[Mention]],
    ruled_by: dict[int, list[Mention]],
    strong: list[Mention],
) -> Reading:
    score = base
    if ward.kind and unit.kind and ward.kind != unit.kind:
        # No unit is a "thị trấn" since July 2025: who writes it means the old one.
        score -= 1.1 if ward.kind == "tt" and unit.old is None else 0.5
    if ward.toned and unit.toned:
        score += 0.3 if ward.toned == unit.toned else -0.1
    if unit.former:
        score -= 0.2
    named = _named_districts(index, unit, ward, districts, ruled_by)
    # With no district an old unit is less likely what is meant; a commune needs none.
    without = -0.6 if unit.old is not None else 0.0
    options = [(without, None), *((worth, mention) for worth, mention in named)]
    most, district, province = -math.inf, None, None
    for gain, chosen in options:
        worth, there = gain, None
        for mention, olds in provinces:
            if apart(mention, ward) and (chosen is None or apart(mention, chosen)):
                if unit.old is not None:
                    fitting = 0.1 if unit.old_province in olds else -0.2
                else:
                    # "Xã Tân Phú, Long An": the commune of that name lies where Tây Ninh was before.
                    fitting = 0.1 if TODAY in olds or not olds.isdisjoint(unit.lay_in) else -0.6
                if gain + mention.quality + fitting > worth:
                    worth, there = gain + mention.quality + fitting, mention
        if worth > most:
            most, district, province = worth, chosen, there
    score += most
    conflict = any(
        other is not district
        and apart(other, ward)
        and (district is None or apart(other, district))
        and (province is None or apart(other, province))
        and not _is_street(other, ward, province)
        for other in strong
    )
    if conflict and district is None:
        score -= 1.5
    else:
        conflict = False
    return Reading(score, unit, ward, district, province, conflict)


def _is_street(district: Mention, ward: Mention, province: Mention | None) -> bool:
    """Whether a district's bare name stands where the street does: Điện Biên Phủ is one in most cities.

    Addresses go from small to large or from large to small, so no district stands on the ward's far side from the
    province.
    """
    if district.kind or province is None:
        return False
    rising = district.end <= ward.start and ward.end <= province.start
    return rising or (province.end <= ward.start and ward.end <= district.start)


def _named_districts(
    index: UnitsIndex,
    unit: Unit,
    ward: Mention,
    districts: dict[int, list[Mention]],
    ruled_by: dict[int, list[Mention]],
) -> list[tuple[float, Mention]]:
    """The text's districts that `unit` lay in, or that a commune took units from, each with its worth."""
    if unit.old is None:
        # People do write "Phường Sài Gòn, Quận 1"; an old ward of that name would come first.
        return [(0.6 * m.quality - 0.3, m) for m in ruled_by.get(unit.targets[0], ()) if apart(m, ward)]
    official = index.districts[unit.district]
    found = []
    for mention in districts.get(unit.district, ()):
        if apart(mention, ward):
            worth = mention.quality
            if mention.kind and mention.kind != official.kind:
                worth -= 0.25
            if mention.toned:
                worth += 0.1 if mention.toned == official.toned else -0.1
            # Of two mentions the one beside the unit's name is meant.
            found.append((worth - 0.001 * abs(mention.start - ward.end), mention))
    return found


def _used(best: Reading) -> list[Mention]:
    return [mention for mention in (best.ward, best.district, best.province) if mention is not None]


def solid_words(best: Reading | None, mentions: list[Mention]) -> set[int]:
    """Positions of words that are certainly explained and need no look at slips."""
    if best is None or best.conflict or best.score < 1.0:
        keep = [m for m in mentions if m.level != "w" and m.quality >= 0.75]
    else:
        keep = [m for m in _used(best) if m.quality >= 0.75 and not (m is best.ward and (not m.kind or off_key(best)))]
    return {at for mention in keep for at in range(mention.start, mention.end)}


def has_gap(best: Reading, words: Words, mentions: list[Mention]) -> bool:
    """Whether letters stand unexplained between the unit and its province or district."""
    used = _used(best)
    # A second mention of a unit, "TP. Thủ Đức (Q. Thủ Đức cũ)", explains its words too.
    again = [m for m in mentions if any(m.entry is other.entry for other in used)]
    explained = {at for mention in (*used, *again) for at in range(mention.start, mention.end)}
    spans = sorted((m.start, m.end) for m in used)
    for (_, end), (start, _) in pairwise(spans):
        gap = [at for at in range(end, start) if at not in explained]
        if gap and best.ward.kind and _is_whole_place(words, end, start):
            continue
        if any(words.raw[at].isalpha() and len(words.raw[at]) > 1 and words.raw[at] not in _ASIDES for at in gap):
            return True
    return False


def _is_whole_place(words: Words, begin: int, end: int) -> bool:
    """Whether words `begin` to `end` are a piece that begins like a house, an alley, a street or a hamlet."""
    if not (words.hard[begin] or words.soft[begin]) or not (words.hard[end] or words.soft[end]):
        return False
    first = words.raw[begin]
    return first.isdigit() or first in _PLACES


def _covered(best: Reading, at: int) -> bool:
    return any(m.start <= at < m.end for m in _used(best))


def unread_units(best: Reading, words: Words) -> bool:
    """Whether a unit is announced by its kind ("huyện …") but not understood, at a level that `best` lacks."""
    open_kinds: set[str] = set()
    if best.province is None:
        open_kinds |= {"tinh", "tp"}
    if best.district is None:
        open_kinds |= {"quan", "huyen", "tx"}
    if not best.ward.kind:
        open_kinds |= {"phuong", "xa", "tt", "dk"}
    return any(
        words.kind[at] in open_kinds and not _covered(best, at - 1) and _announces(words, at)
        for at in range(1, len(words.raw))
    )


def off_key(best: Reading) -> bool:
    """Whether the commune's name is written with other marks than the unit's: it may be another name, misspelt."""
    return bool(best.ward.toned and best.unit.toned and best.ward.toned != best.unit.toned)


def _announces(words: Words, at: int) -> bool:
    """Whether the kind word before word `at` is one: at the start of a piece, or written in full with its tone."""
    start = words.kind_start[at]
    written = words.text[words.start[start] : words.end[start]].lower()
    marked = _MARKED_KINDS.get(words.raw[start])
    if marked and not written.isascii() and toned(written) != toned(marked):
        return False
    if words.hard[start] or words.soft[start]:
        return True
    return written in ("phường", "xã", "quận", "huyện", "thị") or (words.plain and written in ("phuong", "xa", "huyen"))
