"""The public account of equity: who was relieved of the postage in a month, and who paid. No login, no script."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from flask import Response, jsonify, render_template, url_for

from delivery.errors import NotFound
from delivery.money import equity
from delivery.money.editions import DIMENSIONS, OTHER, REMOTE, Edition, Figure, Named
from delivery.store.work import Work
from tracking import sessions
from tracking.blueprint import window
from tracking.words import Words

BEARERS = {
    "subsidy": Words(vi="Ngân sách", en="The state budget"),
    "agency": Words(vi="Cơ quan gửi kết quả", en="The sending agency"),
    "addressee": Words(vi="Người nhận", en="The addressee"),
}
"""Who may have paid, as a tariff book names them."""

COLUMNS = (
    "month",
    "province",
    "province_name",
    "kind",
    "kind_name",
    "remoteness",
    "bearer",
    "people",
    "dong",
    "hidden",
)
"""Of the CSV file. "all" stands for all provinces, kinds and so on; what is hidden is empty, and `hidden` says yes."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of a chart; `percent` of the longest one, None where the figure is hidden."""

    words: Words
    figure: Figure | None
    percent: int | None


@dataclass(frozen=True, kw_only=True)
class ProvinceRow:
    """A province with anything to show: everybody, then each kind in the order of the edition."""

    name: str
    everybody: Figure | None
    kinds: tuple[Figure | None, ...]


@window.get("/minh-bach")
def open_data() -> str:
    """The latest month."""
    with sessions.reading() as unit:
        months = equity.months(unit)
        latest = equity.read(unit, months[0]) if months else None
    return _page(months, latest)


@window.get("/minh-bach/<month>")
def open_data_of(month: str) -> str:
    """One month, such as 2026-10."""
    with sessions.reading() as unit:
        return _page(equity.months(unit), _edition(unit, month))


@window.get("/minh-bach/<month>.json")
def open_data_json(month: str) -> Response:
    """The month as it was published; its ETag is the digest of the canonical JSON."""
    with sessions.reading() as unit:
        edition = _edition(unit, month)
    answer = jsonify(edition.as_json())
    answer.set_etag(edition.digest)
    return answer


@window.get("/minh-bach/<month>.csv")
def open_data_csv(month: str) -> Response:
    """The month as a table, a row for each cell, for spreadsheets."""
    with sessions.reading() as unit:
        edition = _edition(unit, month)
    # The mark lets Excel read Vietnamese letters.
    answer = Response("\N{ZERO WIDTH NO-BREAK SPACE}" + as_csv(edition), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=minh-bach-{edition.month:%Y-%m}.csv"
    return answer


def as_csv(edition: Edition) -> str:
    """Every cell of an edition under `COLUMNS`, with CRLF as RFC 4180 has it."""
    provinces = {each.code: each.vi for each in edition.provinces}
    kinds = {each.code: each.vi for each in edition.kinds}
    text = StringIO()
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    for row in edition.rows():
        place = {name: "all" if row[name] is None else str(row[name]) for name in DIMENSIONS}
        named = (
            f"{edition.month:%Y-%m}",
            place["province"],
            provinces.get(place["province"], ""),
            place["kind"],
            kinds.get(place["kind"], ""),
            place["remoteness"],
            place["bearer"],
        )
        sheet.writerow([*map(_harmless, named), row["people"], row["dong"], "yes" if row["hidden"] else "no"])
    return text.getvalue()


@window.app_template_filter("grouped")
def grouped(count: int) -> Words:
    """A whole number in groups of three: 1.234."""
    text = f"{count:,}"
    return Words(vi=text.replace(",", "."), en=text)


def bars(named: Iterable[tuple[Words, Figure | None]]) -> Sequence[Bar]:
    """A chart of people, each bar in per cent of the longest; somebody is never no bar."""
    rows = list(named)
    most = max([figure.people for _, figure in rows if figure], default=0)
    return [
        Bar(words=words, figure=figure, percent=max(1, figure.people * 100 // most) if figure else None)
        for words, figure in rows
    ]


def provinces_shown(edition: Edition) -> tuple[Sequence[ProvinceRow], Sequence[str]]:
    """The provinces with a figure, most people first, and the names of those that are hidden whole."""
    rows = {
        each.vi: ProvinceRow(
            name=each.vi,
            everybody=edition.at(province=each.code),
            kinds=tuple(edition.at(province=each.code, kind=kind.code) for kind in edition.kinds),
        )
        for each in edition.provinces
    }
    shown = [row for row in rows.values() if row.everybody or any(row.kinds)]
    shown.sort(key=lambda row: (-row.everybody.people if row.everybody else 0, row.name))
    return shown, [name for name, row in rows.items() if row not in shown]


def _page(months: Sequence[date], edition: Edition | None) -> str:
    if edition is None:
        return render_template("tracking/open_data.html", months=months, edition=None)
    shown, hidden = provinces_shown(edition)
    return render_template(
        "tracking/open_data.html",
        months=months,
        edition=edition,
        here=url_for("tracking.open_data_of", month=f"{edition.month:%Y-%m}"),
        everybody=edition.at(),
        remote=edition.at(remoteness=REMOTE),
        elsewhere=edition.at(remoteness=OTHER),
        payers=[(words, edition.at(bearer=code)) for code, words in BEARERS.items() if code in edition.bearers],
        kinds=[
            (kind, edition.at(kind=kind.code), *(edition.at(kind=kind.code, remoteness=r) for r in (REMOTE, OTHER)))
            for kind in edition.kinds
        ],
        bars=bars((_words(kind), edition.at(kind=kind.code)) for kind in edition.kinds),
        provinces=shown,
        hidden_provinces=hidden,
    )


def _words(named: Named) -> Words:
    return Words(vi=named.vi, en=named.en)


def _edition(unit: Work, month: str) -> Edition:
    try:
        found = equity.read(unit, date.fromisoformat(f"{month}-01"))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            "month-not-published",
            vi=f"Chưa công khai số liệu miễn, giảm cước của tháng “{month[:10]}”.",
            en=f"The account of postage relief of “{month[:10]}” is not published.",
        )
    return found


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (contracts C12)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\0"} else text
