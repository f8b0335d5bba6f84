"""Reads the parts of one tariff book, table by table, and refuses what does not fit together.

Gaps and overlaps between weight steps, regions or zones; a heavier step that costs less; a cell above its legal
maximum; unknown zones; a part without a source; money with a decimal point or off the book's unit.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType

from tariffs.book import (
    PROVINCES,
    Charge,
    Further,
    MaximumBasis,
    Part,
    Payer,
    Proof,
    Redelivery,
    Rule,
    Service,
    ServicePrice,
    Source,
    Step,
    VolumeTier,
    Waiver,
    Words,
    Zone,
)
from tariffs.money import NOT_SUBJECT, WHOLE, Dong, Rate, Rounding, VatRate, written
from tariffs.text import Table

BETWEEN_PROVINCES = (Zone.SAME_REGION, Zone.ADJACENT_REGION, Zone.DISTANT_REGION)
PRICED_SERVICES = (Service.RESULT_RETURN, Service.DOSSIER_INTAKE)


class Reader:
    """Reads the parts of one book that rest on its sources, its rounding, its VAT and its legal maximum."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.grounds: dict[str, Source] = {}
        self._sources = sources
        self._unit = 1
        self._postage_vat: VatRate = NOT_SUBJECT
        self._basis = MaximumBasis.NONE

    def _source(self, table: Table) -> Source:
        code = table.text("source")
        if code not in self._sources:
            table.refuse("source", f"“{code}” is not among the sources.", f"“{code}” không có trong danh sách nguồn.")
        return self._sources[code]

    def _money(self, table: Table, key: str) -> Dong:
        amount = table.whole(key)
        if amount % self._unit:
            table.refuse(
                key,
                f"{written(amount)} is not a multiple of the book's unit, {written(self._unit)}.",
                f"{written(amount)} không phải bội số của đơn vị làm tròn {written(self._unit)}.",
            )
        return Dong(amount)

    def rounding(self, table: Table) -> tuple[Rounding, int]:
        self.grounds["rounding"] = self._source(table)
        mode, self._unit = table.choice("mode", Rounding), table.whole("unit", least=1)
        table.done()
        return mode, self._unit

    def vat(self, table: Table) -> Mapping[Part, VatRate]:
        self.grounds["vat"] = self._source(table)
        rates: dict[Part, VatRate] = {}
        for part in Part:
            rates[part] = NOT_SUBJECT if table.says(part, NOT_SUBJECT) else table.percent(part, otherwise=NOT_SUBJECT)
        table.done()
        self._postage_vat = rates[Part.POSTAGE]
        return MappingProxyType(rates)

    def regions(self, table: Table) -> tuple[Mapping[str, tuple[str, ...]], Mapping[tuple[str, str], Zone]]:
        self.grounds["regions"] = self._source(table)
        rows = table.table("provinces")
        regions = {region: rows.texts(region) for region in rows.names()}
        home: dict[str, str] = {}
        for region, provinces in regions.items():
            for province in provinces:
                if province not in PROVINCES:
                    rows.refuse(
                        region,
                        f"“{province}” is not one of the 34 provinces.",
                        f"“{province}” không phải mã của 34 tỉnh, thành phố.",
                    )
                if province in home:
                    rows.refuse(
                        region,
                        f"{province} lies in {home[province]} already.",
                        f"{province} đã thuộc {home[province]}.",
                    )
                home[province] = region
        if missing := sorted(PROVINCES - home.keys()):
            rows.refuse("", f"no region holds {', '.join(missing)}.", f"chưa có vùng cho {', '.join(missing)}.")
        between = _between(table, regions)
        table.done()
        zones = {
            (a, b): Zone.SAME_REGION if home[a] == home[b] else between[frozenset((home[a], home[b]))]
            for a in PROVINCES
            for b in PROVINCES
            if a != b
        }
        return MappingProxyType(regions), MappingProxyType(zones)

    def legal_maximum(self, table: Table) -> MaximumBasis:
        self.grounds["legal_maximum"] = self._source(table)
        self._basis = table.choice("basis", MaximumBasis)
        table.done()
        return self._basis

    def services(self, table: Table) -> Mapping[Service, ServicePrice]:
        services = {}
        for service in PRICED_SERVICES:
            row = table.table(service)
            words, source = Words(vi=row.text("vi"), en=row.text("en")), self._source(row)
            steps, further = self._steps(row.tables("steps")), self._further(row.table("further"))
            if further.up_to_g < steps[-1].to_g:
                row.refuse(
                    "further.up_to_g",
                    f"lies below the last step, {steps[-1].to_g} g.",
                    f"nhỏ hơn nấc cuối, {steps[-1].to_g} g.",
                )
            row.done()
            services[service] = ServicePrice(service=service, words=words, source=source, steps=steps, further=further)
        table.done()
        return MappingProxyType(services)

    def _steps(self, rows: Sequence[Table]) -> tuple[Step, ...]:
        steps: list[Step] = []
        for row in rows:
            step = Step(
                over_g=row.whole("over_g"), to_g=row.whole("to_g"), price=self._prices(row), maximum=self._maxima(row)
            )
            self._refuse_cells(row, step)
            before = steps[-1].to_g if steps else 0
            if step.to_g <= step.over_g:
                row.refuse(
                    "to_g",
                    f"{step.to_g} g does not rise above {step.over_g} g.",
                    f"{step.to_g} g không lớn hơn {step.over_g} g.",
                )
            if step.over_g > before:
                row.refuse(
                    "over_g",
                    f"leaves a gap: no price from {before} g to {step.over_g} g.",
                    f"để hở: không có giá từ {before} g đến {step.over_g} g.",
                )
            if step.over_g < before:
                row.refuse(
                    "over_g",
                    f"overlaps: {step.over_g} g to {before} g has a price already.",
                    f"chồng lấn: từ {step.over_g} g đến {before} g đã có giá.",
                )
            for zone, price in step.price.items():
                lighter = steps[-1].price[zone] if steps else 0
                if price < lighter:
                    row.refuse(
                        f"price.{zone}",
                        f"falls from {written(lighter)} to {written(price)}: a heavier envelope may not cost less.",
                        f"giảm từ {written(lighter)} xuống {written(price)}: bưu gửi nặng hơn không được rẻ hơn.",
                    )
            row.done()
            steps.append(step)
        return tuple(steps)

    def _further(self, row: Table) -> Further:
        further = Further(
            each_g=row.whole("each_g", least=1),
            up_to_g=row.whole("up_to_g", least=1),
            price=self._prices(row),
            maximum=self._maxima(row),
        )
        self._refuse_cells(row, further)
        row.done()
        return further

    def _prices(self, row: Table) -> Mapping[Zone, Dong]:
        cells = row.table("price")
        prices = {cells.chosen(name, name, Zone): self._money(cells, name) for name in cells.names()}
        for zone in Zone:
            if zone not in prices:
                cells.refuse(zone, "has no price.", "chưa có giá.")
        return MappingProxyType(prices)

    def _maxima(self, row: Table) -> Mapping[Zone, Dong]:
        if self._basis is MaximumBasis.NONE:
            return MappingProxyType({})
        cells = row.table("legal_max")
        maxima = {cells.chosen(name, name, Zone): Dong(cells.whole(name)) for name in cells.names()}
        for zone in Zone:
            if zone not in maxima:
                cells.refuse(zone, "has no legal maximum.", "chưa có mức tối đa.")
        return MappingProxyType(maxima)

    def _refuse_cells(self, row: Table, cells: Step | Further) -> None:
        """Gross is compared unrounded, so that no sum of cells can round up past the sum of their maxima."""
        rate = self._postage_vat if self._basis is MaximumBasis.GROSS else NOT_SUBJECT
        parts = WHOLE + (0 if rate == "not_subject" else rate)
        for zone, most in cells.maximum.items():
            price = cells.price[zone]
            if price * parts > most * WHOLE:
                charged = f"{written(-(-price * parts // WHOLE))} ({self._basis})"
                row.refuse(
                    f"price.{zone}",
                    f"{charged} is above its legal maximum, {written(most)}.",
                    f"{charged} vượt mức tối đa {written(most)}.",
                )

    def rule(self, table: Table, code: str) -> Rule:
        """A charge: flat, a percentage, or both."""
        charge = Charge(
            flat=self._money(table, "flat") if table.has("flat") else Dong(0),
            rate=table.percent("percent") if table.has("percent") else Rate(0),
            at_least=self._money(table, "at_least") if table.has("at_least") else Dong(0),
        )
        if not charge.flat and not charge.rate:
            table.refuse("", "needs flat or percent.", "cần có flat hoặc percent.")
        return self._named(table, code, charge)

    def reduction(self, table: Table, code: str) -> Rule:
        """A discount: a percentage of what it reduces."""
        return self._named(table, code, Charge(flat=Dong(0), rate=table.percent("percent"), at_least=Dong(0)))

    def _named(self, table: Table, code: str, charge: Charge) -> Rule:
        words = Words(vi=table.text("vi"), en=table.text("en"))
        rule = Rule(code=code, words=words, source=self._source(table), where=table.where(), charge=charge)
        table.done()
        return rule

    def rules(self, table: Table) -> Mapping[str, Rule]:
        return MappingProxyType({code: self.rule(table.table(code), code) for code in table.names()})

    def volume_tiers(self, table: Table) -> tuple[VolumeTier, ...]:
        tiers: list[VolumeTier] = []
        for code in table.names():
            row = table.table(code)
            least = tiers[-1].from_items + 1 if tiers else 1
            tiers.append(VolumeTier(from_items=row.whole("from_items", least=least), rule=self.reduction(row, code)))
        return tuple(tiers)

    def redelivery(self, table: Table) -> Redelivery:
        return Redelivery(free=table.whole("free"), rule=self.rule(table, "redelivery"))

    def waivers(self, table: Table) -> Mapping[str, Waiver]:
        return MappingProxyType({kind: self._waiver(table.table(kind), kind) for kind in table.names()})

    def _waiver(self, row: Table, kind: str) -> Waiver:
        covers = frozenset(row.chosen("covers", part, Part) for part in row.texts("covers"))
        waiver = Waiver(
            kind=kind,
            words=Words(vi=row.text("vi"), en=row.text("en")),
            source=self._source(row),
            where=row.where(),
            rate=row.percent("percent"),
            covers=covers,
            borne_by=row.choice("borne_by", Payer),
            proof=row.choice("proof", Proof),
        )
        if waiver.borne_by is Payer.ADDRESSEE:
            row.refuse("borne_by", "the addressee cannot bear a waiver.", "người nhận không thể gánh khoản miễn giảm.")
        row.done()
        return waiver


def _between(table: Table, regions: Mapping[str, tuple[str, ...]]) -> Mapping[frozenset[str], Zone]:
    between: dict[frozenset[str], Zone] = {}
    for row in table.lists("between"):
        *names, word = row or ("",)
        pair = frozenset(names)
        if len(names) != 2 or len(pair) != 2 or not pair <= regions.keys():
            table.refuse(
                "between",
                f"{list(row)} must name two regions and a zone.",
                f"{list(row)} phải gồm hai vùng và một vùng cước.",
            )
        if pair in between:
            table.refuse("between", f"{' and '.join(names)} stand here twice.", f"{' và '.join(names)} có hai lần.")
        between[pair] = table.chosen("between", word, BETWEEN_PROVINCES)
    for one, other in combinations(regions, 2):
        if frozenset((one, other)) not in between:
            table.refuse("between", f"{one} and {other} have no zone.", f"{one} và {other} chưa có vùng cước.")
    return between
