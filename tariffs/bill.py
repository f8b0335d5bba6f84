"""The running account of one quote: each payer's net and VAT by part, and the lines that made them."""

from collections.abc import Mapping
from dataclasses import dataclass

from tariffs.book import Book, Part, Payer, Rule, ServicePrice, Waiver, Words, Zone
from tariffs.lines import Line
from tariffs.money import Dong, percent_of, share, vat_on, written

ZONE_WORDS: Mapping[Zone, Words] = {
    Zone.SAME_COMMUNE: Words(vi="cùng xã, phường", en="same commune"),
    Zone.SAME_PROVINCE: Words(vi="cùng tỉnh, thành phố", en="same province"),
    Zone.SAME_REGION: Words(vi="cùng vùng", en="same region"),
    Zone.ADJACENT_REGION: Words(vi="vùng kề cận", en="adjacent region"),
    Zone.DISTANT_REGION: Words(vi="cách vùng", en="distant region"),
}

PARTS = tuple(Part)

PART_WORDS: Mapping[Part, Words] = {
    Part.POSTAGE: Words(vi="cước chính", en="postage"),
    Part.SURCHARGE: Words(vi="phụ thu", en="surcharges"),
    Part.COLLECTION: Words(vi="phí thu hộ", en="collection charge"),
    Part.REDELIVERY: Words(vi="cước phát lại", en="redelivery charge"),
}

BEARER_WORDS: Mapping[Payer, Words] = {
    Payer.SUBSIDY: Words(vi="Ngân sách hỗ trợ", en="Borne by the subsidy"),
    Payer.AGENCY: Words(vi="Cơ quan hỗ trợ", en="Borne by the agency"),
    Payer.ADDRESSEE: Words(vi="Người nhận", en="Borne by the addressee"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What a waiver takes off the addressee in one part, and lays on its bearer: the same net, the same VAT."""

    part: Part
    base: int
    net: int
    vat: int

    @property
    def gross(self) -> int:
        """What the addressee is spared, with VAT."""
        return self.net + self.vat


class Bill:
    """Collects the lines of one quote by `book`; charges and reductions are `payer`'s until a waiver moves them.

    A line's VAT is what its net adds to the VAT of the payer's part, so no rounding is ever done twice.
    """

    __slots__ = ("_book", "_net", "_payer", "_vat", "lines")

    def __init__(self, book: Book, payer: Payer) -> None:
        self.lines: list[Line] = []
        self._book = book
        self._payer = payer
        self._net = dict.fromkeys(PARTS, 0)
        self._vat = dict.fromkeys(PARTS, 0)

    def net_of(self, part: Part) -> int:
        """What the payer owes for a part, before VAT."""
        return self._net[part]

    def post(self, table: ServicePrice, zone: Zone, weight_g: int) -> None:
        """Add the base line of a service, and the line of its further steps when the weight begins any."""
        where, words, zone_words = f"services.{table.service}", table.words, ZONE_WORDS[zone]
        at = table.step_at(weight_g)
        step = table.steps[at]
        self._add(
            "postage.base",
            Part.POSTAGE,
            f"{where}.steps[{at}].price.{zone}",
            table.source.cite,
            f"{words.vi}, {zone_words.vi}, đến {step.to_g} g",
            f"{words.en}, {zone_words.en}, up to {step.to_g} g",
            step.price[zone],
        )
        if count := table.further_steps(weight_g):
            each_g, price = table.further.each_g, table.further.price[zone]
            self._add(
                "postage.further",
                Part.POSTAGE,
                f"{where}.further.price.{zone}",
                table.source.cite,
                f"{words.vi}, {zone_words.vi}, {count} nấc {each_g} g tiếp theo × {written(price)}",
                f"{words.en}, {zone_words.en}, {count} further steps of {each_g} g × {written(price)}",
                count * price,
            )

    def charge(self, code: str, rule: Rule, part: Part, base: int, *, times: int = 1) -> None:
        """Add a charge, its percentage taken of `base`, `times` over."""
        amount = rule.charge.on(base, self._book.rounding, self._book.unit)
        self._named(code, rule, part, times * amount, base, times)

    def reduce(self, code: str, rule: Rule) -> None:
        """Take a discount off what is left of the postage, never more than that."""
        left = self._net[Part.POSTAGE]
        amount = min(left, rule.charge.on(left, self._book.rounding, self._book.unit))
        self._named(code, rule, Part.POSTAGE, -amount, left)

    def moves(self, waiver: Waiver) -> list[Move]:
        """What a waiver would move, part by part in the order of `Part`."""
        book, moves = self._book, []
        for part in PARTS:
            if part in waiver.covers and (base := self._net[part]):
                net = min(base, share(base, waiver.rate, rounding=book.rounding, unit=book.unit))
                if net:
                    vat = self._vat[part] - vat_on(base - net, book.vat[part])
                    moves.append(Move(part=part, base=base, net=net, vat=vat))
        return moves

    def move(self, moves: list[Move], waiver: Waiver, vouched: Words) -> None:
        """Write each move as two lines that cancel out: off the payer, and onto the bearer. Ends the bill."""
        percent = percent_of(waiver.rate)
        percent_vi = percent.replace(".", ",")
        for move in moves:
            vi, en = PART_WORDS[move.part].vi, PART_WORDS[move.part].en
            off_vi = f"{waiver.words.vi}: miễn giảm {percent_vi} % {vi} ({vouched.vi})"
            off_en = f"{waiver.words.en}: {percent} % off the {en} ({vouched.en})"
            for sign, payer, kind in ((-1, self._payer, "waiver"), (1, waiver.borne_by, "borne")):
                self.lines.append(
                    Line(
                        code=f"{kind}.{waiver.kind}.{move.part}",
                        rule=waiver.where,
                        source=waiver.source.cite,
                        payer=payer,
                        words_vi=off_vi if sign < 0 else f"{BEARER_WORDS[payer].vi} – {off_vi}",
                        words_en=off_en if sign < 0 else f"{BEARER_WORDS[payer].en} – {off_en}",
                        net=Dong(sign * move.net),
                        vat=Dong(sign * move.vat),
                        gross=Dong(sign * (move.net + move.vat)),
                        vat_rate=self._book.vat[move.part],
                        base=Dong(move.base),
                    )
                )

    def _named(self, code: str, rule: Rule, part: Part, net: int, base: int, times: int = 1) -> None:
        """Write the line of a rule: its words, how its percentage came about, and how often it counts."""
        charge, vi, en = rule.charge, rule.words.vi, rule.words.en
        if charge.rate:
            flat = f"{written(charge.flat)} + " if charge.flat else ""
            percent, of = percent_of(charge.rate), written(base)
            least = charge.at_least and written(charge.at_least)
            vi = f"{vi} ({flat}{percent.replace('.', ',')} % của {of}{f', tối thiểu {least}' if least else ''})"
            en = f"{en} ({flat}{percent} % of {of}{f', at least {least}' if least else ''})"
        if times > 1:
            vi, en = f"{vi} × {times}", f"{en} × {times}"
        self._add(code, part, rule.where, rule.source.cite, vi, en, net, base if charge.rate else 0)

    def _add(self, code: str, part: Part, rule: str, source: str, vi: str, en: str, net: int, base: int = 0) -> None:
        rate = self._book.vat[part]
        after = self._net[part] + net
        vat_after = vat_on(after, rate)
        vat = vat_after - self._vat[part]
        self._net[part], self._vat[part] = after, vat_after
        self.lines.append(
            Line(
                code=code,
                rule=rule,
                source=source,
                payer=self._payer,
                words_vi=vi,
                words_en=en,
                net=Dong(net),
                vat=Dong(vat),
                gross=Dong(net + vat),
                vat_rate=rate,
                base=Dong(base),
            )
        )
