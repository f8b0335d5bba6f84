"""How a tariff book lies in a workbook: which sheet and column holds what, in the words that a clerk reads.

Headings are Vietnamese, since the workbook is for the desk; `sheet` writes and reads them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from tariffs.bill import PART_WORDS, ZONE_WORDS
from tariffs.book import PROVINCES, Part, Words, Zone

Document = dict[str, object]
"""A book's text as TOML values: tables, lists, texts, whole numbers, days and truths."""

Path = tuple[str, ...]

Row = Mapping[str, object]
"""What a row holds, by its columns' keys; None where a cell is empty."""

STEP, FURTHER = "step", "further"


class Holds(StrEnum):
    """What a cell may hold."""

    TEXT = "text"
    WHOLE = "whole"
    PERCENT = "percent"
    """Text such as "0,8": as a number it would have a decimal point, and be exact no more."""
    DAY = "day"


_FORMATS = {Holds.TEXT: "@", Holds.WHOLE: "#,##0", Holds.PERCENT: "@", Holds.DAY: "dd/mm/yyyy"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column or a single cell. `shown` are the words for the values that it may have; `width` counts characters."""

    key: str
    title: str
    holds: Holds = Holds.TEXT
    width: int = 14
    shown: Mapping[object, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the value lies inside its table."""
        return tuple(self.key.split("."))

    @property
    def choices(self) -> dict[str, object]:
        """The values by the words for them and by themselves, in small letters."""
        return {str(word).casefold(): value for value, words in self.shown.items() for word in (words, value)}

    @property
    def number_format(self) -> str:
        """Excel's format of the cell."""
        return _FORMATS[self.holds]


_VAT: Mapping[object, str] = {"not_subject": "không chịu thuế"}
_ZONES = {str(zone): ZONE_WORDS[zone].vi for zone in Zone}

BOOK_CELLS = (
    Column(key="code", title="Mã biểu cước"),
    Column(key="label", title="Nhãn", shown={"official": "chính thức", "illustrative": "minh họa"}),
    Column(key="title.vi", title="Tên (tiếng Việt)"),
    Column(key="title.en", title="Tên (tiếng Anh)"),
    Column(key="in_force_from", title="Có hiệu lực từ ngày", holds=Holds.DAY),
    Column(key="rounding.mode", title="Làm tròn", shown={"half_up": "gần nhất", "down": "xuống", "up": "lên"}),
    Column(key="rounding.unit", title="Làm tròn đến (đồng)", holds=Holds.WHOLE),
    Column(key="rounding.source", title="Nguồn của cách làm tròn"),
    *(
        Column(key=f"vat.{part}", title=f"Thuế GTGT, {PART_WORDS[part].vi} (%)", holds=Holds.PERCENT, shown=_VAT)
        for part in Part
    ),
    Column(key="vat.source", title="Nguồn của thuế GTGT"),
    Column(
        key="legal_maximum.basis",
        title="Mức tối đa so với",
        shown={"net": "cước chưa thuế", "gross": "cước đã có thuế", "none": "không có mức tối đa"},
    ),
    Column(key="legal_maximum.source", title="Nguồn của mức tối đa"),
    Column(key="regions.source", title="Nguồn của các vùng"),
)
"""The sheet "Chung": one cell under another, from row 2."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The price sheet of one service: a row for each weight step and one for further steps, zones across."""

    sheet: str
    title: str
    service: str

    head = (
        Column(key="vi", title="Tên (tiếng Việt)"),
        Column(key="en", title="Tên (tiếng Anh)"),
        Column(key="source", title="Nguồn"),
    )
    columns = (
        Column(key="kind", title="Dòng", width=20, shown={STEP: "nấc", FURTHER: "nấc tiếp theo"}),
        Column(key="low", title="Trên (g), hoặc mỗi (g)", holds=Holds.WHOLE),
        Column(key="high", title="Đến (g)", holds=Holds.WHOLE),
        *(Column(key=f"price.{zone}", title=f"Cước {_ZONES[zone]}", holds=Holds.WHOLE) for zone in Zone),
        *(Column(key=f"legal_max.{zone}", title=f"Tối đa {_ZONES[zone]}", holds=Holds.WHOLE) for zone in Zone),
    )
    first_row = 6

    @property
    def path(self) -> Path:
        """Where the service lies in the text."""
        return "services", self.service

    @staticmethod
    def path_in(kind: object, column: Column) -> Path:
        """Where a column's value lies in a step, or in the further steps."""
        low, high = ("each_g", "up_to_g") if kind == FURTHER else ("over_g", "to_g")
        return {"low": (low,), "high": (high,)}.get(column.key, column.path)


GRIDS = (
    Grid(sheet="Cước trả kết quả", title="Cước chuyển trả kết quả", service="result_return"),
    Grid(sheet="Cước nhận hồ sơ", title="Cước nhận gửi hồ sơ", service="dossier_intake"),
)


class Listed(ABC):
    """A sheet with a row for each thing of a kind, from row 3. `places` are the paths that it stands for as a whole."""

    sheet: ClassVar[str]
    hint: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    places: ClassVar[tuple[str, ...]]

    @abstractmethod
    def out_of(self, document: Document) -> Iterable[Row]:
        """The rows of a document."""

    @abstractmethod
    def into(self, rows: Sequence[Row]) -> Iterable[tuple[Path, object]]:
        """The values that the rows put into a document, with their paths."""

    @abstractmethod
    def paths(self, row: Row, key: str) -> Iterable[Path]:
        """The paths that a cell of a row answers for."""

    @abstractmethod
    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        """Why a row cannot stand after the earlier ones, None when it can."""


FIRST_ROW = 3
_NAMED = (
    Column(key="vi", title="Tên (tiếng Việt)", width=38),
    Column(key="en", title="Tên (tiếng Anh)", width=38),
    Column(key="source", title="Nguồn"),
)


def _table(values: object) -> Document:
    return values if isinstance(values, dict) else {}


def _filled(row: Row, without: Iterable[str] = ()) -> Document:
    return {key: value for key, value in row.items() if value is not None and key not in without}


def _repeated(what: str) -> Words:
    return Words(vi=f"{what} có hai lần.", en=f"{what} stands here twice.")


class _Charges(Listed):
    """Surcharges, discounts and what else is charged: the group says which, the code names one of several."""

    sheet = "Phụ thu, giảm giá"
    hint = "Phụ thu, giảm giá và phí: số tiền và tỷ lệ đều chưa gồm thuế GTGT"
    several = ("options", "volume_tiers", "rebates")
    groups: ClassVar[Mapping[object, str]] = {
        "remote": "phụ thu vùng xa",
        "options": "dịch vụ cộng thêm",
        "both_ways": "giảm giá hai chiều",
        "volume_tiers": "giảm giá sản lượng",
        "rebates": "giảm cước",
        "collection": "phí thu hộ",
        "redelivery": "phát lại",
    }
    columns = (
        Column(key="group", title="Nhóm", width=22, shown=groups),
        Column(key="code", title="Mã", width=22),
        *_NAMED,
        Column(key="flat", title="Số tiền (đồng)", holds=Holds.WHOLE),
        Column(key="percent", title="Tỷ lệ (%)", holds=Holds.PERCENT),
        Column(key="at_least", title="Tối thiểu (đồng)", holds=Holds.WHOLE),
        Column(key="from_items", title="Từ số bưu gửi mỗi tháng", holds=Holds.WHOLE),
        Column(key="free", title="Số lần miễn phí", holds=Holds.WHOLE),
    )
    places = tuple(str(group) for group in groups)

    def out_of(self, document: Document) -> Iterator[Row]:
        for group in self.places:
            table = _table(document.get(group))
            if group in self.several:
                yield from ({"group": group, "code": code, **_table(values)} for code, values in table.items())
            else:
                yield {"group": group, **table}

    def into(self, rows: Sequence[Row]) -> Iterator[tuple[Path, object]]:
        yield from (((group,), {}) for group in self.several)
        yield from ((self._place(row), _filled(row, ("group", "code"))) for row in rows)

    def paths(self, row: Row, key: str) -> Iterator[Path]:
        place = self._place(row)
        yield place if key in ("group", "code") else (*place, key)

    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        group, code = row["group"], row["code"]
        if group is None:
            return Words(vi="chưa có nhóm.", en="has no group.")
        if (group in self.several) == (code is None):
            name = self.groups[group]
            if code is None:
                return Words(vi=f"nhóm “{name}” cần có mã.", en=f"the group “{name}” needs a code.")
            return Words(vi=f"nhóm “{name}” không có mã.", en=f"the group “{name}” has no code.")
        if any(self._place(other) == self._place(row) for other in earlier):
            return _repeated(".".join(self._place(row)))
        return None

    def _place(self, row: Row) -> Path:
        return tuple(str(part) for part in (row["group"], row["code"]) if part is not None)


class _Waivers(Listed):
    """Who pays less, of what, and who bears it."""

    sheet = "Miễn giảm"
    hint = "Diện miễn giảm: đánh dấu x vào phần được miễn giảm; chỉ diện có lợi nhất được tính"
    places = ("waivers",)
    columns = (
        Column(key="code", title="Mã", width=24),
        *_NAMED,
        Column(key="percent", title="Miễn giảm (%)", holds=Holds.PERCENT),
        *(Column(key=part, title=f"Cho {PART_WORDS[part].vi}", width=12, shown={True: "x"}) for part in Part),
        Column(key="borne_by", title="Ai gánh", width=16, shown={"subsidy": "ngân sách", "agency": "cơ quan"}),
        Column(
            key="proof",
            title="Căn cứ",
            width=24,
            shown={"claim": "xác nhận hoặc giấy tờ", "remote_place": "địa chỉ vùng xa"},
        ),
    )

    def out_of(self, document: Document) -> Iterator[Row]:
        for code, values in _table(document.get("waivers")).items():
            table = _table(values)
            covers = table.get("covers")
            marks = {str(part): True for part in Part if isinstance(covers, list) and part in covers}
            yield {"code": code, **table, **marks}

    def into(self, rows: Sequence[Row]) -> Iterator[tuple[Path, object]]:
        yield (
            ("waivers",),
            {
                str(row["code"]): {
                    **_filled(row, ("code", *Part)),
                    "covers": [str(part) for part in Part if row[part]],
                }
                for row in rows
            },
        )

    def paths(self, row: Row, key: str) -> Iterator[Path]:
        place = ("waivers", str(row["code"]))
        yield place if key == "code" else (*place, "covers" if key in tuple(Part) else key)

    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        return _code_clash(row, earlier)


class _Sources(Listed):
    """What the parts of the book rest on."""

    sheet = "Nguồn"
    hint = "Nguồn: biểu cước chính thức chỉ được dựa trên nguồn đã xác nhận"
    places = ("sources",)
    columns = (
        Column(key="code", title="Mã", width=16),
        Column(key="cite", title="Trích dẫn", width=50),
        Column(key="note_vi", title="Ghi chú (tiếng Việt)", width=60),
        Column(key="note_en", title="Ghi chú (tiếng Anh)", width=60),
        Column(key="confirmed", title="Đã xác nhận", shown={True: "có", False: "chưa"}),
    )

    def out_of(self, document: Document) -> Iterator[Row]:
        yield from ({"code": code, **_table(values)} for code, values in _table(document.get("sources")).items())

    def into(self, rows: Sequence[Row]) -> Iterator[tuple[Path, object]]:
        yield ("sources",), {str(row["code"]): _filled(row, ("code",)) for row in rows}

    def paths(self, row: Row, key: str) -> Iterator[Path]:
        yield ("sources", str(row["code"])) if key == "code" else ("sources", str(row["code"]), key)

    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        return _code_clash(row, earlier)


class _Regions(Listed):
    """Which region each province lies in."""

    sheet = "Vùng"
    hint = "Vùng bưu chính của mỗi tỉnh, thành phố"
    places = ("regions.provinces",)
    columns = (
        Column(key="province", title="Mã tỉnh, thành phố", width=20),
        Column(key="region", title="Vùng", width=20),
    )

    def out_of(self, document: Document) -> Iterator[Row]:
        for region, provinces in _table(_table(document.get("regions")).get("provinces")).items():
            assert isinstance(provinces, list)
            yield from ({"province": province, "region": region} for province in provinces)

    def into(self, rows: Sequence[Row]) -> Iterator[tuple[Path, object]]:
        regions: dict[str, list[str]] = {}
        for row in rows:
            regions.setdefault(str(row["region"]), []).append(str(row["province"]))
        yield ("regions", "provinces"), regions

    def paths(self, row: Row, key: str) -> Iterator[Path]:
        yield "regions", "provinces", str(row["region"])

    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        province, region = row["province"], row["region"]
        if province not in PROVINCES:
            return Words(
                vi=f"“{province or ''}” không phải mã của 34 tỉnh, thành phố.",
                en=f"“{province or ''}” is not one of the 34 provinces.",
            )
        if region is None:
            return Words(vi=f"tỉnh {province} chưa có vùng.", en=f"province {province} has no region.")
        return _repeated(str(province)) if any(other["province"] == province for other in earlier) else None


class _Between(Listed):
    """The zone between two regions."""

    sheet = "Vùng cước"
    hint = "Vùng cước giữa hai vùng bưu chính"
    places = ("regions.between", "regions")
    columns = (
        Column(key="one", title="Vùng", width=20),
        Column(key="other", title="và vùng", width=20),
        Column(
            key="zone",
            title="Vùng cước",
            width=20,
            shown={str(zone): _ZONES[zone] for zone in (Zone.SAME_REGION, Zone.ADJACENT_REGION, Zone.DISTANT_REGION)},
        ),
    )

    def out_of(self, document: Document) -> Iterator[Row]:
        between = _table(document.get("regions")).get("between")
        assert isinstance(between, list)
        yield from ({"one": one, "other": other, "zone": zone} for one, other, zone in between)

    def into(self, rows: Sequence[Row]) -> Iterator[tuple[Path, object]]:
        yield ("regions", "between"), [[str(row[key]) for key in ("one", "other", "zone")] for row in rows]

    def paths(self, row: Row, key: str) -> Iterator[Path]:
        yield from ()

    def clash(self, row: Row, earlier: Sequence[Row]) -> Words | None:
        if None in row.values():
            return Words(vi="phải ghi hai vùng và vùng cước.", en="needs two regions and a zone.")
        return None


def _code_clash(row: Row, earlier: Sequence[Row]) -> Words | None:
    if row["code"] is None:
        return Words(vi="chưa có mã.", en="has no code.")
    return _repeated(str(row["code"])) if any(other["code"] == row["code"] for other in earlier) else None


LISTS: tuple[Listed, ...] = (_Charges(), _Waivers(), _Sources(), _Regions(), _Between())
