"""What changes from one tariff book to the next: each cell in đồng, and everything else in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from tariffs.bill import BEARER_WORDS, PART_WORDS, ZONE_WORDS
from tariffs.book import Book, Charge, Label, MaximumBasis, Part, Proof, Rule, Service, ServicePrice, Words, Zone
from tariffs.money import Dong, Rate, Rounding, VatRate, percent_of, written

__all__ = ["Cell", "Change", "Differences", "Kind", "differences"]

LABEL_WORDS: Mapping[Label, Words] = {
    Label.OFFICIAL: Words(vi="chính thức", en="official"),
    Label.ILLUSTRATIVE: Words(vi="minh họa", en="illustrative"),
}
ROUNDING_WORDS: Mapping[Rounding, Words] = {
    Rounding.HALF_UP: Words(vi="đến đơn vị gần nhất", en="to the nearest unit"),
    Rounding.DOWN: Words(vi="xuống", en="down"),
    Rounding.UP: Words(vi="lên", en="up"),
}
BASIS_WORDS: Mapping[MaximumBasis, Words] = {
    MaximumBasis.NET: Words(vi="so với cước chưa thuế", en="compared before VAT"),
    MaximumBasis.GROSS: Words(vi="so với cước đã có thuế", en="compared with VAT"),
    MaximumBasis.NONE: Words(vi="không có", en="none"),
}
PROOF_WORDS: Mapping[Proof, Words] = {
    Proof.CLAIM: Words(vi="cơ quan xác nhận hoặc giấy tờ", en="the agency's word or a paper"),
    Proof.REMOTE_PLACE: Words(vi="theo địa chỉ", en="the address"),
}


class Kind(StrEnum):
    """What happened to a part of the book."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One price before VAT in both books: what an envelope over `over_g` and up to `to_g` grams costs in a zone.

    In the row of further steps `over_g` is None and `to_g` the size of a step. None where a book has no such price;
    `maximum_…` is None where it knows of none.
    """

    service: Service
    over_g: int | None
    to_g: int
    zone: Zone
    before: Dong | None
    after: Dong | None
    maximum_before: Dong | None
    maximum_after: Dong | None

    @property
    def delta(self) -> Dong | None:
        """How many đồng dearer; None when one of the books has no such price."""
        return None if self.before is None or self.after is None else Dong(self.after - self.before)

    @property
    def same(self) -> bool:
        """Whether neither the price nor its maximum changes."""
        return self.before == self.after and self.maximum_before == self.maximum_after

    @property
    def row(self) -> Words:
        """The weights of this cell."""
        if self.over_g is None:
            return Words(vi=f"mỗi {self.to_g} g tiếp theo", en=f"each further {self.to_g} g")
        over_vi, over_en = (f"trên {self.over_g} g ", f"over {self.over_g} g ") if self.over_g else ("", "")
        return Words(vi=f"{over_vi}đến {self.to_g} g", en=f"{over_en}up to {self.to_g} g")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One sentence about a change that is no cell; `place` is the path in the book's text."""

    place: str
    kind: Kind
    words: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """All that changes from `before` to `after`; `cells` holds every cell, also those that stay."""

    before: Book
    after: Book
    cells: tuple[Cell, ...]
    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether the two books price and say the same, apart from their codes."""
        return not self.changes and all(cell.same for cell in self.cells)

    def counted(self) -> tuple[int, int, int]:
        """How many cells become dearer, cheaper, and stay."""
        deltas = [cell.delta for cell in self.cells if cell.delta is not None]
        return sum(d > 0 for d in deltas), sum(d < 0 for d in deltas), sum(d == 0 for d in deltas)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A part of a book as people read it: its name, and its facts by name."""

    name: Words
    facts: Mapping[str, tuple[Words, Words]]


def differences(before: Book, after: Book) -> Differences:
    """Compare two books: prices cell by cell over the weights that either tells apart, all else fact by fact."""
    cells = tuple(cell for service in before.services for cell in _cells(before, after, service))
    changes = (*_maxima(cells), *_told(_entries(before), _entries(after)), *_orders(before, after))
    return Differences(before=before, after=after, cells=cells, changes=changes)


def _cells(before: Book, after: Book, service: Service) -> Iterator[Cell]:
    old, new = before.services[service], after.services[service]
    over_g = 0
    for to_g in sorted({step.to_g for table in (old, new) for step in table.steps}):
        for zone in Zone:
            was, now = _price(old, zone, to_g), _price(new, zone, to_g)
            yield Cell(
                service=service,
                over_g=over_g,
                to_g=to_g,
                zone=zone,
                before=was,
                after=now,
                maximum_before=None if was is None else before.legal_maximum(service, zone, to_g),
                maximum_after=None if now is None else after.legal_maximum(service, zone, to_g),
            )
        over_g = to_g
    for each_g in sorted({old.further.each_g, new.further.each_g}):
        had, has = old.further.each_g == each_g, new.further.each_g == each_g
        for zone in Zone:
            yield Cell(
                service=service,
                over_g=None,
                to_g=each_g,
                zone=zone,
                before=old.further.price[zone] if had else None,
                after=new.further.price[zone] if has else None,
                maximum_before=old.further.maximum.get(zone) if had else None,
                maximum_after=new.further.maximum.get(zone) if has else None,
            )


def _price(table: ServicePrice, zone: Zone, weight_g: int) -> Dong | None:
    if weight_g > table.further.up_to_g:
        return None
    base = table.steps[table.step_at(weight_g)].price[zone]
    return Dong(base + table.further_steps(weight_g) * table.further.price[zone])


def _maxima(cells: tuple[Cell, ...]) -> Iterator[Change]:
    moved = [
        cell.maximum_after - cell.maximum_before
        for cell in cells
        if cell.maximum_before is not None and cell.maximum_after is not None
    ]
    up, down = [d for d in moved if d > 0], [d for d in moved if d < 0]
    parts_vi, parts_en = [], []
    for some, vi, en in ((up, "tăng", "rise"), (down, "giảm", "fall")):
        if some:
            least, most = written(min(map(abs, some))), written(max(map(abs, some)))
            by_vi, by_en = (least, least) if least == most else (f"từ {least} đến {most}", f"{least} to {most}")
            parts_vi.append(f"{len(some)} ô {vi} {by_vi}")
            parts_en.append(f"{len(some)} {'cell' if len(some) == 1 else 'cells'} {en} by {by_en}")
    if parts_vi:
        yield Change(
            place="legal_max",
            kind=Kind.CHANGED,
            words=Words(vi=f"Mức tối đa: {', '.join(parts_vi)}.", en=f"Legal maximum: {', '.join(parts_en)}."),
        )


def _told(before: Mapping[str, _Entry], after: Mapping[str, _Entry]) -> Iterator[Change]:
    for place in [*before, *(place for place in after if place not in before)]:
        old, new = before.get(place), after.get(place)
        if old is None and new is not None:
            vi = "; ".join(f"{field.vi} {value.vi}" for field, value in new.facts.values())
            en = "; ".join(f"{field.en} {value.en}" for field, value in new.facts.values())
            words = Words(vi=f"Thêm {new.name.vi}: {vi}.", en=f"Added {new.name.en}: {en}.")
            yield Change(place=place, kind=Kind.ADDED, words=words)
        elif old is not None and new is None:
            words = Words(vi=f"Bỏ {old.name.vi}.", en=f"Removed {old.name.en}.")
            yield Change(place=place, kind=Kind.REMOVED, words=words)
        elif old is not None and new is not None:
            yield from _changed(place, old, new)


def _changed(place: str, old: _Entry, new: _Entry) -> Iterator[Change]:
    nothing = Words(vi="không có", en="none")
    for fact in [*old.facts, *(fact for fact in new.facts if fact not in old.facts)]:
        field = (old.facts.get(fact) or new.facts[fact])[0]
        was = old.facts[fact][1] if fact in old.facts else nothing
        now = new.facts[fact][1] if fact in new.facts else nothing
        if was != now:
            words = Words(
                vi=f"{new.name.vi}: {field.vi} {was.vi} → {now.vi}.",
                en=f"{new.name.en}: {field.en} {was.en} → {now.en}.",
            )
            yield Change(place=f"{place}.{fact}", kind=Kind.CHANGED, words=words)


def _orders(before: Book, after: Book) -> Iterator[Change]:
    """Among equal waivers the earlier counts, and rebates follow one another: their order is part of the price."""
    for place, old, new, vi, en in (
        ("waivers", before.waivers, after.waivers, "các diện miễn giảm", "the waivers"),
        ("rebates", before.rebates, after.rebates, "các khoản giảm cước", "the rebates"),
        ("options", before.options, after.options, "các dịch vụ cộng thêm", "the options"),
    ):
        kept = [code for code in old if code in new]
        if kept != [code for code in new if code in old]:
            yield Change(
                place=place,
                kind=Kind.CHANGED,
                words=Words(
                    vi=f"Thứ tự {vi} đổi: {', '.join(new)}.", en=f"The order of {en} changes: {', '.join(new)}."
                ),
            )


def _entries(book: Book) -> dict[str, _Entry]:
    """Everything in a book that is no cell, by its place in the text."""
    entries = {
        "book": _entry(
            "Biểu cước",
            "Book",
            label=("nhãn", "label", LABEL_WORDS[book.label]),
            title=("tên", "title", book.title),
            in_force_from=("có hiệu lực từ", "in force from", _day(book)),
        ),
        "rounding": _entry(
            "Làm tròn",
            "Rounding",
            mode=("cách", "mode", ROUNDING_WORDS[book.rounding]),
            unit=("đơn vị", "unit", _both(written(book.unit))),
            source=_cited(book.grounds["rounding"].code),
        ),
        "vat": _Entry(
            name=Words(vi="Thuế GTGT", en="VAT"),
            facts={
                **{part: (PART_WORDS[part], _vat(book.vat[part])) for part in Part},
                "source": _fact(*_cited(book.grounds["vat"].code)),
            },
        ),
        "legal_maximum": _entry(
            "Mức tối đa",
            "Legal maximum",
            basis=("căn cứ", "basis", BASIS_WORDS[book.maximum_basis]),
            source=_cited(book.grounds["legal_maximum"].code),
        ),
        "regions": _regions(book),
    }
    for service, table in book.services.items():
        bounds = " – ".join(str(grams) for grams in (0, *(step.to_g for step in table.steps)))
        entries[f"services.{service}"] = _entry(
            table.words.vi,
            table.words.en,
            name=("tên", "name", table.words),
            steps=("nấc khối lượng", "weight steps", _both(f"{bounds} g")),
            each_g=("nấc tiếp theo", "further step", _both(f"{table.further.each_g} g")),
            up_to_g=("nặng nhất", "heaviest", _both(f"{table.further.up_to_g} g")),
            source=_cited(table.source.code),
        )
    for place, rule in _rules(book):
        entries[place] = _rule(rule)
    for tier in book.volume_tiers:
        entries[f"volume_tiers.{tier.rule.code}"] = _rule(
            tier.rule, from_items=("từ số bưu gửi", "from items", _both(str(tier.from_items)))
        )
    entries["redelivery"] = _rule(
        book.redelivery.rule, free=("số lần miễn phí", "free times", _both(str(book.redelivery.free)))
    )
    for kind, waiver in book.waivers.items():
        covers = [PART_WORDS[part] for part in Part if part in waiver.covers]
        entries[f"waivers.{kind}"] = _entry(
            waiver.words.vi,
            waiver.words.en,
            name=("tên", "name", waiver.words),
            percent=("miễn giảm", "takes off", _percent(waiver.rate)),
            covers=("cho", "of", Words(vi=_listed([c.vi for c in covers]), en=_listed([c.en for c in covers]))),
            borne_by=("bên gánh:", "bearer:", BEARER_WORDS[waiver.borne_by]),
            proof=("căn cứ", "proof", PROOF_WORDS[waiver.proof]),
            source=_cited(waiver.source.code),
        )
    for code, source in book.sources.items():
        confirmed = Words(vi="đã xác nhận", en="confirmed") if source.confirmed else Words(vi="chưa", en="not yet")
        entries[f"sources.{code}"] = _entry(
            f"Nguồn {code}",
            f"Source {code}",
            cite=("trích dẫn", "citation", _both(f"“{source.cite}”")),
            note=("ghi chú", "note", Words(vi=f"“{source.note.vi}”", en=f"“{source.note.en}”")),
            confirmed=("xác nhận", "confirmed", confirmed),
        )
    return entries


def _rules(book: Book) -> Iterator[tuple[str, Rule]]:
    yield "remote", book.remote
    yield from ((f"options.{code}", rule) for code, rule in book.options.items())
    yield "both_ways", book.both_ways
    yield from ((f"rebates.{code}", rule) for code, rule in book.rebates.items())
    yield "collection", book.collection


def _rule(rule: Rule, **more: tuple[str, str, Words]) -> _Entry:
    return _entry(
        rule.words.vi,
        rule.words.en,
        name=("tên", "name", rule.words),
        charge=("mức", "amount", _charge(rule.charge)),
        **more,
        source=_cited(rule.source.code),
    )


def _regions(book: Book) -> _Entry:
    facts = {
        f"provinces.{region}": _fact(f"vùng {region} gồm", f"region {region} holds", _both(_listed(provinces)))
        for region, provinces in book.regions.items()
    }
    for one, other in combinations(sorted(book.regions), 2):
        if book.regions[one] and book.regions[other]:
            zone = ZONE_WORDS[book.zones[book.regions[one][0], book.regions[other][0]]]
            facts[f"between.{one}.{other}"] = _fact(f"giữa {one} và {other}:", f"between {one} and {other}:", zone)
    facts["source"] = _fact(*_cited(book.grounds["regions"].code))
    return _Entry(name=Words(vi="Vùng", en="Regions"), facts=facts)


def _entry(name_vi: str, name_en: str, **facts: tuple[str, str, Words]) -> _Entry:
    return _Entry(name=Words(vi=name_vi, en=name_en), facts={key: _fact(*fact) for key, fact in facts.items()})


def _fact(vi: str, en: str, value: Words) -> tuple[Words, Words]:
    return Words(vi=vi, en=en), value


def _cited(code: str) -> tuple[str, str, Words]:
    return "nguồn", "source", _both(code)


def _both(words: str) -> Words:
    return Words(vi=words, en=words)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "–"


def _day(book: Book) -> Words:
    return Words(vi=f"{book.in_force_from:%d/%m/%Y}", en=book.in_force_from.isoformat())


def _percent(rate: Rate) -> Words:
    written_en = percent_of(rate)
    return Words(vi=f"{written_en.replace('.', ',')} %", en=f"{written_en} %")


def _vat(rate: VatRate) -> Words:
    return Words(vi="không chịu thuế", en="not subject") if rate == "not_subject" else _percent(rate)


def _charge(charge: Charge) -> Words:
    vi, en = [], []
    if charge.flat or not charge.rate:
        vi.append(written(charge.flat))
        en.append(written(charge.flat))
    if charge.rate:
        percent = _percent(charge.rate)
        vi.append(percent.vi)
        en.append(percent.en)
    if charge.at_least:
        least = written(charge.at_least)
        return Words(vi=f"{' + '.join(vi)}, tối thiểu {least}", en=f"{' + '.join(en)}, at least {least}")
    return Words(vi=" + ".join(vi), en=" + ".join(en))
