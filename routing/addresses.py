"""Our own matcher: from an address as people write it to the commune it lies in, or to the question to ask.

Reads the old three-level and the new two-level form. Never guesses silently: what the text does not decide
is `ask` with the candidates, what names no place is `unknown`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.communes import Gazetteer
from routing.mentions import Mention, Words, apart, find_mentions, find_slips, read_words
from routing.offers import Candidate, Offers, reason
from routing.readings import Reading, all_readings, has_gap, off_key, solid_words, unread_units
from routing.streets import EVERYWHERE, Place, read_place
from routing.units_index import Unit, UnitsIndex
from routing.wording import has_keystrokes, key, plain_kinds, without_keystrokes

__all__ = ["LONGEST_TEXT", "Candidate", "Match", "Matcher", "Parts", "Verdict"]

# "(P. Đa Kao, Q.1 cũ)" beside a name of today: which part of a divided ward it was is then said.
_OLD_NAMES = re.compile(r"(?i)\([^()]*\b(?:cũ|cu|trước đây|truoc day)\b[^()]*\)")
MARGIN = 0.25  # by how much the best reading must beat every reading with another commune
LONGEST_TEXT = 400


class Verdict(StrEnum):
    """Whether the text decides."""

    SURE = "sure"
    ASK = "ask"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What was understood: places as written, units by their official names; None for what the text lacks."""

    house: str | None = None
    alley: str | None = None
    street: str | None = None
    hamlet: str | None = None
    commune: str | None = None
    district: str | None = None
    province: str | None = None

    @property
    def has_door(self) -> bool:
        """Whether it leads to one house or alley: without, a street's or a hamlet's addresses are all alike."""
        return self.house is not None or self.alley is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The answer for one address; the likeliest candidate first."""

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    parts: Parts = Parts()


class Matcher:
    """Matches against one gazetteer. Building takes a second or two; it may be shared between threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._index = UnitsIndex(gazetteer)

    def match(self, text: str) -> Match:
        """Read free text: one address, in any order, with or without diacritics, commas and kinds."""
        text = plain_kinds(text[:LONGEST_TEXT])
        found = self._match(read_words(text))
        if found.verdict is Verdict.SURE:
            return found
        aside = _OLD_NAMES.search(text)
        if aside:
            now = self._match(read_words(f"{text[: aside.start()]}, {text[aside.end() :]}"))
            offered = {candidate.commune_id for candidate in found.candidates}
            if now.verdict is Verdict.SURE and offered and now.candidates[0].commune_id in offered:
                return now
        if not text.isascii() or (found.parts.commune is not None and not has_keystrokes(text)):
            return found
        bared = without_keystrokes(text)
        if bared != text.lower():
            again = self._match(read_words(bared))
            if again.verdict is Verdict.SURE or found.verdict is Verdict.UNKNOWN:
                return again
        return found

    def match_units(
        self, *, province: str, district: str | None = None, commune: str | None = None, street: str | None = None
    ) -> Match:
        """Read an address whose units came apart. `street` is everything before the commune."""
        fields = ((street, "-" if commune else ""), (commune, "w"), (district, "d"), (province, "p"))
        given = [(" , ".join((value or "").splitlines()), role) for value, role in fields if value and value.strip()]
        return self._match(
            read_words("\n".join(v[:LONGEST_TEXT] for v, _ in given), [role for _, role in given] or ["-"])
        )

    def _match(self, words: Words) -> Match:
        mentions = find_mentions(words, self._index)
        if any(self._is_all(m, words) or (m.level == "d" and m.kind and self._wardless(m)) for m in mentions):
            return self._without_ward(words, mentions)
        readings = all_readings(self._index, mentions)
        best = readings[0] if readings else None
        if best is None or self._incomplete(best, words, mentions):
            slips = find_slips(words, self._index, mentions, solid_words(best, mentions))
            if slips:
                mentions = [*mentions, *slips]
                readings = all_readings(self._index, mentions)
                best = readings[0] if readings else None
        if best is None or best.conflict or best.score < 1.0:
            answer = self._without_ward(words, mentions, readings)
            if answer.verdict is not Verdict.UNKNOWN:
                return answer
            # The named province has no such place: perhaps the province is wrong, so the rest is worth a question.
            elsewhere = [mention for mention in mentions if mention.level != "p"]
            readings = all_readings(self._index, elsewhere) if len(elsewhere) < len(mentions) else readings
            best = readings[0] if readings else None
            if best is None or best.score < (2.0 if len(elsewhere) < len(mentions) else 0.5):
                return answer
            if best.province is None and best.district is None and best.ward.quality < 0.2:
                return answer  # "đường Lê Lợi" is a street in every city
            return self._judge(best, readings, words, mentions, contradicted=True)
        return self._judge(best, readings, words, mentions)

    def _is_all(self, mention: Mention, words: Words) -> bool:
        """Whether the text is a province's name and no more; "TP Cao Bằng" is not, it was a district."""
        if mention.level != "p" or mention.start > 0 or mention.end < len(words.raw):
            return False
        return mention.kind != "tp" or any(
            self._index.old_provinces[old].startswith("Thành phố") for _, old in mention.entry.provinces
        )

    def _wardless(self, district: Mention) -> bool:
        """Whether the district's name can only be that of an island without wards: no commune is to be looked for."""
        return all(self._index.districts[at].wardless for at in district.entry.districts)

    def _incomplete(self, best: Reading, words: Words, mentions: list[Mention]) -> bool:
        """Whether something in the text is still unexplained, so that slips of the pen are worth a look."""
        return (
            best.conflict
            or best.score < 2.2
            or best.ward.quality < 0.5
            or (best.unit.old is not None and best.district is None)
            or best.province is None
            or off_key(best)
            or has_gap(best, words, mentions)
            or unread_units(best, words)
            or self._may_be_district(best, mentions)
        )

    def _may_be_district(self, best: Reading, mentions: list[Mention]) -> bool:
        """Whether the name taken for a new commune's is, without its kind, as well a district's."""
        if best.ward.kind or best.unit.old is not None:
            return False
        return any(
            m.level == "d"
            and m.name == best.ward.name
            and m.end == best.ward.end
            and any(
                # A district that is wholly this commune today (Côn Đảo) makes no difference.
                district.province == best.unit.province and district.targets != best.unit.targets
                for district in (self._index.districts[at] for at in m.entry.districts)
            )
            for m in mentions
        )

    def _judge(
        self,
        best: Reading,
        readings: list[Reading],
        words: Words,
        mentions: list[Mention],
        *,
        contradicted: bool = False,
    ) -> Match:
        doubt = (
            contradicted
            or best.conflict
            or self._is_other_name(best, mentions)
            or self._may_be_street(best)
            or best.score < 1.0
            or has_gap(best, words, mentions)
            or unread_units(best, words)
            or self._may_be_district(best, mentions)
            or (best.province is None and best.district is None)
            or best.ward.quality < 0.4
            or best.unit.doubtful
            or best.unit.former  # the data only suggests what became of units that were gone before 2025
        )
        if best.unit.old is not None and best.district is None:
            # An old unit named without its district: only its very name, in its own old province, is enough.
            doubt = doubt or off_key(best) or not self._names_old_province(best)
        today = self._rival_of_today(best)
        doubt = doubt or today is not None
        # An old unit without its district may be its namesake's in another old province that is one with it now.
        margin = MARGIN
        if off_key(best):
            # Marks that are wrong may be another unit's right ones: Xã Ân Nghĩa is not Xã An Nghĩa.
            margin = 2.4 * MARGIN if best.ward.exact else 2 * MARGIN
        if best.unit.old is not None and best.district is None:
            margin = max(margin, 1.6 * MARGIN)
        reach = best.score - (0.9 if doubt else margin)
        offers = Offers(self._index)
        offers.add_readings(
            [reading for reading in readings if reading.score > reach and reading.conflict == best.conflict], best
        )
        if best.unit.doubtful or best.unit.former:
            offers.add_neighbours(best)
        elif best.district is not None and not best.ward.kind and unread_units(best, words):
            offers.add_named_district(best)
        elif self._may_be_district(best, mentions):
            offers.add_district_of_that_name(best, mentions)
        offers.add_very_name(best, readings)
        if today is not None:
            offers.offer(today.targets[0], 0.7, today.official)
        sure = len(offers.weights) == 1 and not doubt
        exact = all(m is None or m.exact for m in (best.ward, best.district, best.province))
        certainty = 0.5 if contradicted or best.conflict else 0.9
        if sure:
            certainty = 0.995 if exact and not off_key(best) else 0.97
        return Match(
            verdict=Verdict.SURE if sure else Verdict.ASK,
            candidates=offers.ranked(certainty),
            parts=self._parts(words, mentions, best),
        )

    def _is_other_name(self, best: Reading, mentions: list[Mention]) -> bool:
        """Whether the name read as a slip is, as written, the name of another unit in the province."""
        if best.ward.exact:
            return False
        return any(
            m.level == "w"
            and m.exact
            and m.kind
            and (m.name, m.end) == (best.ward.name, best.ward.end)
            and any(self._index.units[at].province == best.unit.province for at in m.entry.units)
            for m in mentions
        )

    def _may_be_street(self, best: Reading) -> bool:
        """Whether the ward is a bare name that is a street's everywhere, or only a slip of a bare name."""
        if best.ward.kind or best.district is not None:
            return False
        return not best.ward.exact or key(best.unit.name) in EVERYWHERE

    def _rival_of_today(self, best: Reading) -> Unit | None:
        """The commune of today that may be meant: the old unit's name with another kind or in today's province."""
        if best.unit.old is None or best.district is None or best.province is None:
            return None
        if self._names_old_province(best) and best.ward.kind in ("", best.unit.kind):
            return None
        today = self._index.commune_of_today(best.unit)
        if today is None or today.targets == best.unit.targets or best.ward.kind not in ("", today.kind):
            return None
        return today if today.targets[0] in self._index.districts[best.unit.district].targets else None

    def _names_old_province(self, best: Reading) -> bool:
        return best.province is not None and any(
            old == best.unit.old_province for _, old in best.province.entry.provinces
        )

    def _without_ward(self, words: Words, mentions: list[Mention], readings: Iterable[Reading] = ()) -> Match:
        """No commune could be read: ask within the district if that is clear, else say so.

        A district that is wholly one commune today (Côn Đảo) needs no question. A commune that is named but lies
        in another district (`readings`) is offered too: the district may be what is wrong.
        """
        options: list[tuple[float, int, Mention, Mention | None]] = []
        if any(self._is_all(mention, words) for mention in mentions):
            mentions = [mention for mention in mentions if mention.level == "p"]
        named = [m for m in mentions if m.level == "p" and m.quality >= 0.4]
        for mention in mentions:
            if mention.level != "d" or mention.quality < 0.5:
                continue
            for at in mention.entry.districts:
                district = self._index.districts[at]
                score = mention.quality - (0.25 if mention.kind and mention.kind != district.kind else 0.0)
                province = None
                for other in named:
                    if apart(other, mention) and any(new == district.province for new, _ in other.entry.provinces):
                        olds = {old for _, old in other.entry.provinces}
                        score += other.quality + (0.2 if district.old_province in olds else 0.0)
                        province = other
                        break
                if province is None and any(m.quality >= 0.75 and apart(m, mention) for m in named):
                    continue
                options.append((score, at, mention, province))
        province_only = max(named, key=lambda m: m.quality, default=None)
        if not options:
            return Match(verdict=Verdict.UNKNOWN, parts=self._parts(words, mentions, None, None, province_only))
        options.sort(key=lambda option: -option[0])
        score, at, mention, province = options[0]
        if len({o[1] for o in options if o[0] > score - 0.2}) > 1 and province is None:
            # A district's name that several provinces have, and no province: as good as no place.
            return Match(verdict=Verdict.UNKNOWN, parts=self._parts(words, mentions, None))
        district = self._index.districts[at]
        clashing = [r for r in readings if r.conflict and r.ward.kind and r.province and not r.unit.name.isdigit()]
        alone = len(district.targets) == 1 and not clashing and (province is not None or len(options) == 1)
        offers = Offers(self._index)
        for target in district.targets:
            offers.offer(target, 1.0, district.official)
        for reading in clashing[:3]:
            for target in reading.unit.targets:
                offers.offer(target, 0.5, reason(reading))
        parts = self._parts(words, mentions, None, mention, province)
        return Match(
            verdict=Verdict.SURE if alone else Verdict.ASK,
            candidates=offers.ranked(0.97 if alone else 0.9),
            parts=replace(parts, district=district.official, province=self._index.old_provinces[district.old_province]),
        )

    def _parts(
        self,
        words: Words,
        mentions: list[Mention],
        best: Reading | None,
        district: Mention | None = None,
        province: Mention | None = None,
    ) -> Parts:
        used: Iterable[Mention | None] = (district, province)
        commune_name = district_name = province_name = None
        if best is not None:
            used = (best.ward, best.district, best.province)
            commune_name = best.unit.official
            if best.unit.old is not None:
                district_name = best.unit.old.district
                province_name = best.unit.old.province
            elif best.unit.commune is not None:
                province_name = best.unit.commune.province
                if best.district is not None:
                    target = best.unit.targets[0]
                    district_name = next(
                        self._index.districts[at].official
                        for at in best.district.entry.districts
                        if target in self._index.districts[at].targets
                    )
        elif province is not None:
            province_name = self._index.old_provinces[province.entry.provinces[0][1]]
        # A second mention of a district or province is no street.
        again = (m for m in mentions if m.level != "w" and m.exact and m.quality >= 0.75)
        place = _place(words, [m for m in (*used, *again) if m is not None])
        return Parts(
            house=place.house,
            alley=place.alley,
            street=place.street,
            hamlet=place.hamlet,
            commune=commune_name,
            district=district_name,
            province=province_name,
        )


def _place(words: Words, taken: list[Mention]) -> Place:
    """The pieces of the text that name no unit, cut at commas and at the units."""
    covered = {at for mention in taken for at in range(mention.start, mention.end)}
    pieces: list[str] = []
    begun: int | None = None
    last = 0
    for at in range(len(words.raw)):
        if begun is not None and (at in covered or words.hard[at]):
            pieces.append(words.text[begun:last])
            begun = None
        if at in covered:
            continue
        if begun is None:
            begun = words.start[at]
        last = words.end[at]
    if begun is not None:
        pieces.append(words.text[begun:last])
    return read_place(pieces)
