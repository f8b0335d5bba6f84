"""Whoever reads English better reads all of it in English."""

import configparser
import re
import string
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from demo.postgres import ROOT

_PO = ROOT / "delivery" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
_FIELD = re.compile(r"%\((\w+)\)")


def _english() -> Catalog:
    return read_po(BytesIO(_PO.read_bytes()), locale="en")


def _texts(entry: Message) -> tuple[str, ...]:
    """One text, or the singular and the plural."""
    return tuple(entry.string) if isinstance(entry.string, (tuple, list)) else (str(entry.string or ""),)


def _sentence(entry: Message) -> str:
    return str(entry.id if isinstance(entry.id, str) else entry.id[0])


def _said() -> set[str]:
    """Every sentence that the pages can say, as `make texts` finds them."""
    patterns = configparser.ConfigParser(delimiters=("\0",), allow_no_value=True)
    patterns.read(ROOT / "babel.cfg")
    methods = [tuple(section.split(": ")[::-1]) for section in patterns.sections()]
    found: set[str] = set()
    for package in ("delivery", "tracking"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            Path(ROOT / package), method_map=[(pattern, method) for pattern, method in methods]
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_sentence_of_the_pages_has_an_english_text() -> None:
    """A page half in each language helps nobody; `make texts` shows what is new."""
    catalogue = _english()
    missing = []
    for sentence in _said():
        entry = catalogue.get(sentence)
        if entry is None or not all(_texts(entry)):
            missing.append(sentence)
    assert missing == []


def test_english_texts_fill_in_what_the_vietnamese_ones_do() -> None:
    """A number or a name that only one language shows is lost to the readers of the other."""
    differing = []
    for entry in _english():
        sentence = _sentence(entry)
        fields = set(_FIELD.findall(sentence))
        if sentence and any(set(_FIELD.findall(text)) != fields for text in _texts(entry)):
            differing.append(sentence)
    assert differing == []


def test_english_texts_hold_no_vietnamese_letters() -> None:
    """A sentence copied over untranslated would pass for a translation."""
    plain = set(string.printable) | set("–…›‹’“”·đ")
    left = [entry.string for entry in _english() if entry.id and not set(str(entry.string)) <= plain]
    assert left == []
