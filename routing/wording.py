"""How Vietnamese place names are read: folding, syllables, and the words for kinds of units.

Pure text. A *key* is a name folded to a-z and digits with no spaces ("bennghe"), the same for
"Bến Nghé", "ben nghe" and "BẾN-NGHÉ"; two names with one key are told apart by `toned`.
"""

import re
import unicodedata

# Every precomposed Latin letter → its base letter in lower case, one character for one, so that
# positions in the folded text are positions in the original.
_FOLD: dict[int, str] = {}
for _code in [*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
    _base = unicodedata.normalize("NFD", chr(_code))[0].lower()
    if len(_base) == 1 and _base != chr(_code):
        _FOLD[_code] = _base
_FOLD.update({ord("đ"): "d", ord("Đ"): "d", ord("ð"): "d", ord("Ð"): "d"})  # Đ is often typed as the Icelandic letter

_LOOSE_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = re.compile(r"[a-z]+|\d+")
_SHORT_Y = re.compile(r"(?:[^aeiouyâêô]|^qu)y$")  # the y of mỹ, lý, quý, but not of tây
_TONES = "\u0300\u0301\u0303\u0309\u0323"

# What kind of unit a word announces. "tp" is a city: a province or a district.
KIND_WORDS: dict[str, str] = {
    "tinh": "tinh",
    "t": "tinh",
    "thanhpho": "tp",
    "tp": "tp",
    "quan": "quan",
    "q": "quan",
    "huyen": "huyen",
    "h": "huyen",
    "thixa": "tx",
    "tx": "tx",
    "phuong": "phuong",
    "p": "phuong",
    "f": "phuong",
    "ph": "phuong",
    "xa": "xa",
    "x": "xa",
    "thitran": "tt",
    "tt": "tt",
    "dackhu": "dk",
    "dk": "dk",
}
PROVINCE_KINDS = frozenset({"tinh", "tp"})
DISTRICT_KINDS = frozenset({"quan", "huyen", "tx", "tp"})
WARD_KINDS = frozenset({"phuong", "xa", "tt", "dk"})

_KIND_PREFIX = re.compile(r"(?i)^(tỉnh|thành phố|quận|huyện|thị xã|phường|xã|thị trấn|đặc khu)\s+", flags=re.UNICODE)

_NUMERALS = {
    "mot": 1, "nhat": 1, "i": 1, "hai": 2, "nhi": 2, "ii": 2, "ba": 3, "iii": 3, "bon": 4, "tu": 4, "iv": 4,
    "nam": 5, "v": 5, "sau": 6, "vi": 6, "bay": 7, "vii": 7, "tam": 8, "viii": 8, "chin": 9, "ix": 9,
    "muoi": 10, "x": 10, "xi": 11, "xii": 12,
}  # fmt: skip


_ANY_KIND = r"(?:tỉnh|thành phố|tp|quận|huyện|thị xã|tx|phường|xã|thị trấn|tt|đặc khu)"
_FORM_LABEL = re.compile(rf"(?i)\b{_ANY_KIND}\.?(?:\s*/\s*{_ANY_KIND}\b\.?)+\s*:?")
_ENGLISH = re.compile(r"(?i)\b(?:ward|commune|dist(?:rict)?|city|province)\b")
_ENGLISH_NUMBER = re.compile(r"(?i)\b(ward|dist(?:rict)?)\.?\s*(?:no\.?\s*)?(\d{1,2})\b")
_ENGLISH_PIECE = re.compile(r"(?i)([^,;\n()]+?)\s+(ward|commune|dist(?:rict)?|city|province)\b\.?")
# Without marks, so that a text without marks stays one.
_ENGLISH_KINDS = {
    "ward": "phuong", "commune": "xa", "district": "quan", "dist": "quan", "city": "tp", "province": "tinh",
}  # fmt: skip


def plain_kinds(text: str) -> str:
    """`text` with a form's labels ("Xã/Phường:") made commas and English kinds ("Ben Nghe Ward") made Vietnamese."""
    if "/" in text:
        text = _FORM_LABEL.sub(",", text)
    if _ENGLISH.search(text):
        text = _ENGLISH_NUMBER.sub(lambda found: f"{_ENGLISH_KINDS[found[1].lower()]} {found[2]}", text)
        text = _ENGLISH_PIECE.sub(lambda found: f" {_ENGLISH_KINDS[found[2].lower()]} {found[1].strip()}", text)
    return text


def tidy(text: str) -> str:
    """`text` composed (NFC), with stray combining marks and no-break spaces gone."""
    return _LOOSE_MARKS.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ")


def fold(tidied: str) -> str:
    """Lower case without diacritics; as long as `tidied` (which must come from `tidy`)."""
    return tidied.translate(_FOLD)


def syllable(word: str) -> str:
    """One folded word as keys hold it: y is i (mỹ and mĩ are written for one another), 07 is 7."""
    if word[0] == "0" and len(word) > 1 and word.isdigit():
        return word.lstrip("0") or "0"
    return word.replace("y", "i")


def syllables(name: str) -> tuple[str, ...]:
    """The folded words of a name, each as keys hold it."""
    return tuple(syllable(word) for word in _WORDS.findall(fold(tidy(name))))


def key(name: str) -> str:
    """The key of a name: `key("Bến Nghé") == "bennghe"`."""
    return "".join(syllables(name))


def split_kind(name: str) -> tuple[str, str]:
    """("phuong", "Bến Nghé") for "Phường Bến Nghé"; ("", name) when no kind is written."""
    found = _KIND_PREFIX.match(name)
    if not found:
        return "", name
    return KIND_WORDS[fold(found[1]).replace(" ", "")], name[found.end() :]


def toned(text: str) -> str:
    """A form in which "Hoà Bình" and "Hòa Bình" are equal and "Hoa Bình" is not: tones go to the syllable's end."""
    words = []
    for word in re.findall(r"[^\W_]+", tidy(text).lower()):
        parts = unicodedata.normalize("NFD", word)
        tones = "".join(mark for mark in parts if mark in _TONES)
        letters = "".join(mark for mark in parts if mark not in _TONES)
        words.append((letters[:-1] + "i" if _SHORT_Y.search(letters) else letters) + tones)
    return "".join(words)


_TYPED_WORD = re.compile(r"\b(?:d9)?[a-z]*[aeiouy][a-z0-9]*")
_DOUBLED = re.compile(r"([aeod])\1")


def without_keystrokes(text: str) -> str:
    """Folded `text` with what Telex or VNI leaves behind when no input method runs taken out.

    "phuowfng beens nghes" and "phu7o7ng2 be6n1 nghe1" become "phuong ben nghe": no Vietnamese syllable has
    s, f, r, x, j or w after its vowel, nor a digit.
    """
    return _TYPED_WORD.sub(lambda word: _bare_word(word[0]), fold(tidy(text)))


_KEYED = re.compile(
    # Telex: a doubled letter, a w, or a tone letter at a syllable's end; VNI: a digit after a vowel and its ending.
    r"^(?:[a-z]*(?:aa|ee|oo|dd|w)[a-z]*|[b-z]*[aeiouy]+(?:ng|nh|ch|[ncmpt])?[sfrxj][aeiouy]{0,2}(?:ng|nh|ch|[ncmpt])?"
    r"|d9[a-z0-9]*|[a-z]+[aeiouy][a-z]*[1-9][a-z0-9]*)$"
)


def has_keystrokes(text: str) -> bool:
    """Whether at least two words, and one in four, look as if typed for an input method that did not run."""
    words = re.findall(r"[a-z][a-z0-9]*", text.lower())
    keyed = sum(_KEYED.match(word) is not None for word in words)
    return keyed >= 2 and 4 * keyed >= len(words)


def _bare_word(word: str) -> str:
    vowel = next(at for at, letter in enumerate(word) if letter in "aeiouy")
    word = word[:vowel] + re.sub("[sfrxjw0-9]", "", word[vowel:])
    return _DOUBLED.sub(r"\1", word.replace("d9", "d"))


def numeral(words: tuple[str, ...]) -> int | None:
    """The number that one or two folded words spell ("7", "bay", "muoi mot", "iv"), or None."""
    if len(words) == 1:
        return int(words[0]) if words[0].isdigit() and len(words[0]) < 4 else _NUMERALS.get(words[0])
    if len(words) == 2 and words[0] == "muoi":
        ones = _NUMERALS.get(words[1])
        return 10 + ones if ones is not None and ones < 10 else None
    return None


def one_slip(a: str, b: str) -> bool:
    """Whether one letter added, dropped, changed, or swapped with its neighbour turns `a` into `b` (equal: True)."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    at = 0
    shortest = min(len(a), len(b))
    while at < shortest and a[at] == b[at]:
        at += 1
    if len(a) == len(b):
        if a[at + 1 :] == b[at + 1 :]:
            return True
        return a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at:]
