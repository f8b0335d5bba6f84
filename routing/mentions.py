"""The words of an address, and where in them units are named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.units_index import TWO_WORD_KINDS, Entry, UnitsIndex
from routing.wording import (
    DISTRICT_KINDS,
    KIND_WORDS,
    PROVINCE_KINDS,
    WARD_KINDS,
    fold,
    numeral,
    syllable,
    tidy,
    toned,
)

_TOKENS = re.compile(r"[a-z]+|\d+|[,;\n|()]| [-–] ")
_APOSTROPHES = str.maketrans("", "", "'’`")
LONGEST = 6  # syllables in a unit's name

# A name right after one of these is a street's or a hamlet's.
_ELSEWHERE = frozenset(
    re.findall(
        "[a-z]+",
        "duong pho hem ngo ngach kiet so nha to thon ap xom ban buon khom khu kp tdp lang cau cho ktx lo",
    )
)
# A number right after one of these is a hamlet's, not a house's.
_NUMBERED_HAMLETS = frozenset(
    re.findall("[a-z]+", "to thon ap xom ban buon khom khu kp tdp khoi doi dp phuong quan cum lang kv vuc")
)
# Written like this, a kind is a kind; "phuong", "xa" and "quan" may also be syllables of names.
_CLEAR_KINDS = frozenset(("tinh", "huyen", "tp", "tx", "pho", "tran"))


@dataclass(slots=True)
class Words:
    """The folded words of a text with their places. `hard[i]`: a comma stands before word i; `soft[i]`: a dash does."""

    text: str
    raw: list[str] = field(default_factory=list)
    norm: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    hard: list[bool] = field(default_factory=list)
    soft: list[bool] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)  # the kind of unit that ends just before word i, or ""
    kind_start: list[int] = field(default_factory=list)
    plain: bool = True  # no diacritics anywhere
    roles: list[str] | None = None


@dataclass(slots=True)
class Mention:
    """Words `start` to `end` (kind word included; the name begins at `name`) may name what `entry` lists.

    `quality` runs from 0 to 1: 1 is a name with its kind, standing alone. `level` is p, d or w.
    """

    level: str
    start: int
    name: int
    end: int
    entry: Entry
    quality: float
    kind: str
    exact: bool
    toned: str


def apart(a: Mention, b: Mention) -> bool:
    """Whether two mentions share no word."""
    return a.end <= b.start or b.end <= a.start


def read_words(text: str, roles: Sequence[str] = ()) -> Words:
    """Split `text`. `roles`, one letter for each comma-separated piece, says which level each names ("-": none)."""
    text = tidy(text).translate(_APOSTROPHES)
    words = Words(text=text, plain=text.isascii(), roles=[] if roles else None)
    hard = soft = True
    piece = 0
    for found in _TOKENS.finditer(fold(text)):
        token = found[0]
        if not token[0].isalnum():
            if found.end() - found.start() > 1:
                soft = True
            else:
                hard = soft = True
                piece += token[0] == "\n"
            continue
        words.raw.append(token)
        words.norm.append(syllable(token))
        words.start.append(found.start())
        words.end.append(found.end())
        words.hard.append(hard)
        words.soft.append(soft)
        if words.roles is not None:
            words.roles.append(roles[min(piece, len(roles) - 1)])
        hard = soft = False
    _drop_country(words)
    _find_kinds(words)
    return words


def _drop_country(words: Words) -> None:
    """Take a last "Việt Nam" away."""
    size = 2 if words.raw[-2:] == ["viet", "nam"] else 1 if words.raw[-1:] in (["vietnam"], ["vn"]) else 0
    for column in (words.raw, words.norm, words.start, words.end, words.hard, words.soft, words.roles or []):
        del column[len(column) - size :]


def _find_kinds(words: Words) -> None:
    raw, hard = words.raw, words.hard
    for at in range(len(raw) + 1):
        kind, start = "", at
        if at and not (at < len(raw) and hard[at]):
            one = KIND_WORDS.get(raw[at - 1])
            two = None
            if at > 1 and not hard[at - 1]:
                two = TWO_WORD_KINDS.get(raw[at - 2] + raw[at - 1])
            if two:
                kind, start = two, at - 2
            elif raw[at - 1] == "dao" and hard[at - 1]:
                kind, start = "dk", at - 1  # "đảo Phú Quý"; Tam Đảo and Côn Đảo do not begin with it
            elif one:
                kind, start = one, at - 1
        words.kind.append(kind)
        words.kind_start.append(start)


def find_mentions(words: Words, index: UnitsIndex) -> list[Mention]:
    """Every exact name in the text, at every level that its kind word allows."""
    spans: list[tuple[int, int, Entry]] = []
    norm, hard, names, prefixes = words.norm, words.hard, index.names, index.prefixes
    count = len(norm)
    for at in range(count):
        if _is_house_word(words, at):
            continue
        joined = ""
        if words.raw[at] == "tp" and at + 1 < count and len(norm[at + 1]) < 5:
            entry = names.get("tp" + norm[at + 1])  # "TP.VT"
            if entry is not None and entry.districts and not entry.provinces:
                spans.append((at, at + 2, entry))
        for to in range(at, min(at + LONGEST, count)):
            if to > at and hard[to]:
                break
            joined += norm[to]
            entry = names.get(joined)
            if entry is not None and (not joined.isdigit() or words.kind[at] or words.roles):
                spans.append((at, to + 1, entry))
            if joined not in prefixes:
                break
        if words.kind[at] in ("phuong", "quan") and not norm[at].isdigit():
            for size in (2, 1):
                number = numeral(tuple(words.raw[at : at + size])) if at + size <= count else None
                entry = names.get(str(number)) if number is not None else None
                if entry is not None:
                    spans.append((at, at + size, entry))
                    break
    starts = {at for at, _, entry in spans if entry.districts or entry.provinces}
    mentions: list[Mention] = []
    for at, to, entry in spans:
        mentions += mentions_at(words, at, to, entry, starts, exact=True)
    _mark_nested(mentions)
    return mentions


def _is_house_word(words: Words, at: int) -> bool:
    """Whether "số" or "nhà" stands here before a number: "số nhà 8" is not Sơn Hà."""
    raw = words.raw
    if raw[at] == "so":
        return at + 1 < len(raw) and (raw[at + 1] == "nha" or raw[at + 1].isdigit())
    return raw[at] == "nha" and at + 1 < len(raw) and raw[at + 1].isdigit()


def mentions_at(words: Words, at: int, to: int, entry: Entry, starts: set[int], *, exact: bool) -> list[Mention]:
    """What words `at` to `to` may mean, level by level, with the quality of each reading."""
    count = len(words.norm)
    kind = words.kind[at]
    begins_at = words.kind_start[at] if kind else at
    tail = (
        to == count
        or words.hard[to]
        or words.soft[to]
        or to in starts
        or words.raw[to] in KIND_WORDS
        or (to + 1 < count and words.raw[to] + words.raw[to + 1] in TWO_WORD_KINDS)
    )
    ends = to == count or words.soft[to] or words.hard[to]
    begins = words.hard[begins_at] or words.soft[begins_at]
    written = "" if words.plain else toned(words.text[words.start[at] : words.end[to - 1]])
    number = words.norm[at].isdigit()
    role = words.roles[at] if words.roles is not None else ""
    found = []
    for level, kinds, there in (
        ("p", PROVINCE_KINDS, entry.provinces),
        ("d", DISTRICT_KINDS, entry.districts),
        ("w", WARD_KINDS, entry.units),
    ):
        if not there or (role and role != level):
            continue
        if kind in kinds or role:
            quality, start = (1.0 if tail else 0.55), begins_at
        elif number:
            continue
        elif kind and (
            begins
            or words.raw[at - 1] in _CLEAR_KINDS
            or words.text[words.end[at - 1] : words.start[at]].startswith(".")
        ):
            continue  # "huyện X" cannot be a ward
        elif at and words.raw[at - 1] in _ELSEWHERE and not words.hard[at]:
            quality, start = 0.1, at
        else:
            alone = words.hard[at] or words.soft[at]
            quality, start = (0.8 if alone and ends else 0.55 if tail else 0.25), at
            if kind:
                quality -= 0.3
            elif (
                at and not words.hard[at] and level != "d" and to < count and (level == "p" or _after_house(words, at))
            ):
                # "19 Nguyễn Huệ, …" is not Huế, "12 Lê Lợi" is a street before it is a ward.
                quality = min(quality, 0.3)
        if level == "p" and kind == "tp" and entry.districts and start == begins_at and not entry.city:
            quality -= 0.3  # "TP Lạng Sơn" is the city in the province of that name
        quality += 0.02 * (to - at)
        if not exact:
            quality *= 0.8
        found.append(Mention(level, start, at, to, entry, quality, kind if start < at else "", exact, written))
    return found


def _after_house(words: Words, at: int) -> bool:
    """Whether a house's number stands right before word `at`; "thôn 5" and "ấp Chánh 2" are followed by a unit."""
    if not words.norm[at - 1].isdigit() or words.soft[at]:
        return False
    for before in range(at - 1, max(at - 4, 0), -1):
        if words.hard[before]:
            return True
        if words.raw[before - 1] in _NUMBERED_HAMLETS:
            return False
    return True


def _mark_nested(mentions: list[Mention]) -> None:
    """A name inside a longer name is worth less: "Bà Rịa" in "Bà Rịa - Vũng Tàu"."""
    for inner in mentions:
        size = inner.end - inner.name
        for outer in mentions:
            if outer.end - outer.name > size and outer.name <= inner.name and inner.end <= outer.end:
                inner.quality -= 0.6 if outer.level == "p" and outer.quality >= 0.75 else 0.3
                break


def find_slips(words: Words, index: UnitsIndex, mentions: Sequence[Mention], solid: set[int]) -> list[Mention]:
    """Names one slip away from what is written, outside the words in `solid`."""
    starts = {mention.name for mention in mentions if mention.level != "w"}
    count = len(words.norm)
    found: list[Mention] = []
    for at in range(count):
        if at in solid or words.norm[at].isdigit() or _is_house_word(words, at):
            continue
        joined = ""
        for to in range(at, min(at + LONGEST - 1, count)):
            if to > at and (words.hard[to] or to in solid):
                break
            joined += words.norm[to]
            after = to + 1
            ends = (
                after == count
                or words.soft[after]
                or after in solid
                or words.raw[after] in KIND_WORDS
                or after in starts
            )
            if len(joined) < 4 or not (ends or words.kind[at]):
                continue
            for name in index.near(joined):
                found += mentions_at(words, at, after, index.names[name], starts, exact=False)
    return found
