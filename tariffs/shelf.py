"""The shelf: reads tariff books from their texts and takes none that is not whole.

Refused, with place and reason: what `reader` finds in a part, unknown keys, an official book on an unconfirmed source,
two books that begin on one day or share a code.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from types import MappingProxyType

from tariffs.book import Book, Label, Source, Words
from tariffs.reader import Reader
from tariffs.text import BookRefused, Table, parsed

__all__ = ["BookRefused", "arrange", "read", "shipped", "shipped_texts"]


def read(text: str, *, place: str) -> Book:
    """Read one book from TOML. `place` is what the reader calls the text, such as a file's name.

    Raises BookRefused at the first mistake found.
    """
    top = parsed(text, place)
    label = top.choice("label", Label)
    code, title, begins = top.text("code"), _words(top.table("title")), top.day("in_force_from")
    sources = _sources(top.table("sources"), label)
    reader = Reader(sources)
    rounding, unit = reader.rounding(top.table("rounding"))
    vat = reader.vat(top.table("vat"))
    regions, zones = reader.regions(top.table("regions"))
    basis = reader.legal_maximum(top.table("legal_maximum"))
    services = reader.services(top.table("services"))
    options = reader.rules(top.table("options"))
    rebates = reader.rules(top.table("rebates"))
    book = Book(
        code=code,
        label=label,
        title=title,
        in_force_from=begins,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        sources=MappingProxyType(sources),
        grounds=MappingProxyType(reader.grounds),
        rounding=rounding,
        unit=unit,
        vat=vat,
        regions=regions,
        zones=zones,
        maximum_basis=basis,
        services=services,
        remote=reader.rule(top.table("remote"), "remote"),
        options=options,
        both_ways=reader.reduction(top.table("both_ways"), "both_ways"),
        volume_tiers=reader.volume_tiers(top.table("volume_tiers")),
        rebates=rebates,
        collection=reader.rule(top.table("collection"), "collection"),
        redelivery=reader.redelivery(top.table("redelivery")),
        waivers=reader.waivers(top.table("waivers")),
    )
    top.done()
    return book


def arrange(books: Sequence[Book]) -> tuple[Book, ...]:
    """The books in the order of their days. Raises BookRefused when two begin on one day or share a code."""
    shelf = sorted(books, key=lambda book: book.in_force_from)
    for earlier, later in pairwise(shelf):
        if earlier.in_force_from == later.in_force_from:
            day = later.in_force_from
            raise BookRefused(
                f"{later.code}: in_force_from",
                f"{earlier.code} is in force from {day.isoformat()} too; one day has one book.",
                vi=f"{earlier.code} cũng có hiệu lực từ ngày {day:%d/%m/%Y}; mỗi ngày chỉ có một biểu cước.",
            )
    for one, other in combinations(shelf, 2):
        if one.code == other.code:
            raise BookRefused(
                f"{other.code}: code", "is the code of another book.", vi="đã là mã của một biểu cước khác."
            )
    return tuple(shelf)


@cache
def shipped() -> tuple[Book, ...]:
    """The books that come with the package, in the order of their days."""
    return arrange([read(text, place=name) for name, text in shipped_texts().items()])


def shipped_texts() -> dict[str, str]:
    """The texts of `shipped`, by the names of their files."""
    files = sorted(resources.files("tariffs").joinpath("books").iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".toml")}


def _words(table: Table) -> Words:
    words = Words(vi=table.text("vi"), en=table.text("en"))
    table.done()
    return words


def _sources(table: Table, label: Label) -> dict[str, Source]:
    sources = {}
    for code in table.names():
        row = table.table(code)
        source = Source(
            code=code,
            cite=row.text("cite"),
            note=Words(vi=row.text("note_vi"), en=row.text("note_en")),
            confirmed=row.truth("confirmed"),
        )
        if label is Label.OFFICIAL and not source.confirmed:
            row.refuse(
                "confirmed",
                "an official book may rest on confirmed sources only.",
                "biểu cước chính thức chỉ được dựa trên nguồn đã xác nhận.",
            )
        row.done()
        sources[code] = source
    return sources
