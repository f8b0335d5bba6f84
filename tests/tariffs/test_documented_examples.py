"""docs/tariffs.md is true: its examples are what the engine says, and what a second reckoning says without it."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.book import Payer, Service, Zone, in_force
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Place, Quote, Request, WaiverClaim, quote, zone_of
from tariffs.shelf import shipped, shipped_texts
from tests.tariffs.by_hand import hundredths, reckon, zone_between
from tests.tariffs.made_books import CON_DAO, DA_NANG, HANOI, HCMC_OTHER_WARD, HCMC_WARD, PLACES, TAY_NINH

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tariffs.md"
TEXTS = {tomllib.loads(text)["code"]: text for text in shipped_texts().values()}
_SUM = r"(\d{1,3}(?:,\d{3})*)"
ENDS = {
    "same_province": (HCMC_WARD, HCMC_OTHER_WARD),
    "distant_region": (HANOI, CON_DAO),
    "adjacent_region": (HCMC_WARD, DA_NANG),
}


@dataclass(frozen=True)
class Example:
    """What the page prints: the question, the rows of its table, the bold sums below it, and its whole text."""

    asked: dict[str, Any]
    rows: tuple[tuple[str, int, int, int, str], ...]
    total: tuple[int, int, int]
    said: tuple[int, ...]
    text: str


def printed(amount: str) -> int:
    """−31,500 as a number."""
    return int(amount.replace("−", "-").replace(",", "").replace("*", "").strip())


def examples() -> list[Example]:
    """The examples of the page, in their order."""
    page = PAGE.read_text("utf-8").partition("## Where to ask")[0]
    found = []
    for section in re.split(r"^## Example \d", page, flags=re.M)[1:]:
        question = re.search(r"```toml\n(.*?)```", section, re.S)
        assert question is not None
        table = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in section.splitlines()
            if line.startswith("| ") and not line.startswith("| line")
        ]
        *rows, total = table
        assert total[0] == "**total**"
        found.append(
            Example(
                asked=tomllib.loads(question[1]),
                rows=tuple((row[0], printed(row[1]), printed(row[2]), printed(row[3]), row[4]) for row in rows),
                total=(printed(total[1]), printed(total[2]), printed(total[3])),
                said=tuple(printed(amount) for amount in re.findall(r"\*\*([\d,]+) đ\*\*", section)),
                text=section,
            )
        )
    return found


def by_the_engine(asked: dict[str, Any]) -> Quote:
    """The example's price, by tariffs.quote."""
    book = in_force(shipped(), asked["day"])
    origin, destination = ENDS[asked["zone"]]
    claims = (WaiverClaim(kind=kind, asserted_by=AssertedBy.AGENCY, who="H29") for kind in asked.get("waivers", []))
    assert book.code == asked["book"]
    assert zone_of(book, origin, destination) == asked["zone"]
    assert destination.remote is asked.get("remote", False)
    return quote(
        book,
        Request(
            service=Service(asked["service"]),
            origin=origin,
            destination=destination,
            weight_g=asked["weight_g"],
            payer=Payer(asked["payer"]),
            day=asked["day"],
            waivers=frozenset(claims),
            agency_fee_to_collect=Dong(asked.get("agency_fee", 0)),
            volume_tier=book.volume_tier(asked.get("items_last_month", 0)),
        ),
    )


def test_the_page_has_its_three_examples() -> None:
    """A page whose examples were not found would pass every other test here."""
    assert [len(example.rows) for example in examples()] == [1, 7, 3]


@pytest.mark.parametrize("at", range(3))
def test_each_printed_line_is_the_engines(at: int) -> None:
    """Code, net, VAT, gross and payer, in their order, and the totals."""
    example = examples()[at]
    made = by_the_engine(example.asked)
    lines = [(line.code, line.net, line.vat, line.gross, line.payer.value) for line in made.lines]
    assert lines == list(example.rows)
    assert (made.net, made.vat, made.gross) == example.total
    owed = [made.owed_by(payer) for payer in (Payer.ADDRESSEE, Payer.SUBSIDY, Payer.AGENCY) if made.owed_by(payer)]
    assert list(example.said) == owed


@pytest.mark.parametrize("at", range(3))
def test_each_example_comes_out_the_same_without_the_engine(at: int) -> None:
    """From the book's text alone, by integers, as a reader with a pencil does it."""
    asked = dict(examples()[at].asked)
    text = TEXTS[asked.pop("book")]
    asked.pop("day")
    sums = reckon(text, **asked)
    net, vat, gross = examples()[at].total
    assert (sums.net, sums.vat) == (net, vat)
    assert sum(sums.owed.values()) == gross
    assert [amount for amount in sums.owed.values() if amount] == list(examples()[at].said)


@pytest.mark.parametrize("at", range(3))
def test_each_sum_worked_out_in_the_text_is_right(at: int) -> None:
    """“8 % × 23,000 = 1,840”, “2 × 9,500 = 19,000”, “44,000 + 19,000 = 63,000”: what is printed is true."""
    text = " ".join(examples()[at].text.replace("*", "").split())
    shares = re.findall(rf"([\d.]+) % × {_SUM} = {_SUM}", text)
    for percent, base, result in shares:
        assert hundredths(percent) * printed(base) == printed(result) * 10_000
    products = re.findall(rf"(?<![\d,%] )\b(\d) × {_SUM} = {_SUM}", text)
    for one, other, result in products:
        assert printed(one) * printed(other) == printed(result)
    sums = re.findall(rf"(?:^|[^×\d,−+(] ){_SUM} ([+−]) {_SUM} = {_SUM}", text)
    for one, sign, other, result in sums:
        assert printed(one) + (printed(other) if sign == "+" else -printed(other)) == printed(result)
    assert len(shares) + len(products) + len(sums) == (1, 8, 3)[at]


@st.composite
def asked_of_shipped(draw: st.DrawFn) -> tuple[str, Request, int]:
    """A shipped book's code, any request that it prices, and last month's count behind the tier."""
    book = draw(st.sampled_from(shipped()))
    payer = draw(st.sampled_from([Payer.AGENCY, Payer.ADDRESSEE]))
    count = draw(st.sampled_from([0, 999, 1_000, 4_999, 5_000]))
    kinds = draw(st.sets(st.sampled_from(sorted(book.waivers)), max_size=3))
    return (
        book.code,
        Request(
            service=draw(st.sampled_from(Service)),
            origin=draw(st.sampled_from(PLACES)),
            destination=draw(st.sampled_from(PLACES)),
            weight_g=draw(
                st.one_of(st.sampled_from([50, 51, 100, 250, 500, 501, 1_000, 5_000]), st.integers(1, 5_000))
            ),
            payer=payer,
            day=book.in_force_from,
            options=frozenset(draw(st.sets(st.sampled_from(sorted((*book.options, *book.rebates)))))),
            waivers=frozenset(WaiverClaim(kind=k, asserted_by=AssertedBy.AGENCY, who="H29") for k in kinds),
            agency_fee_to_collect=Dong(draw(st.one_of(st.just(0), st.integers(1, 10**7)))),
            volume_tier=book.volume_tier(count) if payer is Payer.AGENCY else None,
            redeliveries=draw(st.integers(0, 4)),
        ),
        count,
    )


@given(asked_of_shipped())
def test_any_price_of_a_shipped_book_comes_out_the_same_by_hand(drawn: tuple[str, Request, int]) -> None:
    """Two programs that share no line agree on every đồng and every payer, not only on three examples."""
    code, asked, count = drawn
    text = TEXTS[code]
    book = next(book for book in shipped() if book.code == code)
    made = quote(book, asked)
    sums = reckon(
        text,
        service=asked.service.value,
        zone=zone_by_hand(text, asked.origin, asked.destination),
        weight_g=asked.weight_g,
        payer=asked.payer.value,
        remote=asked.origin.remote or asked.destination.remote,
        options=asked.options,
        waivers={claim.kind for claim in asked.waivers},
        agency_fee=asked.agency_fee_to_collect,
        redeliveries=asked.redeliveries,
        items_last_month=count,
    )
    assert (made.net, made.vat) == (sums.net, sums.vat)
    assert {payer.value: made.owed_by(payer) for payer in Payer} == {p.value: sums.owed.get(p.value, 0) for p in Payer}


def zone_by_hand(text: str, one: Place, other: Place) -> str:
    """The zone of two places, from the text."""
    if one.province != other.province:
        return zone_between(tomllib.loads(text), one.province, other.province)
    return "same_commune" if one.commune == other.commune else "same_province"


def test_the_zones_of_the_five_kinds_are_read_alike() -> None:
    """The table of regions is the one part that a reader looks up elsewhere in the text."""
    pairs = (
        (HCMC_WARD, HCMC_WARD),
        (HCMC_WARD, CON_DAO),
        (HCMC_WARD, TAY_NINH),
        (HCMC_WARD, DA_NANG),
        (HCMC_WARD, HANOI),
    )
    for zone, (one, other) in zip(Zone, pairs, strict=True):
        assert all(zone_by_hand(text, one, other) == zone for text in TEXTS.values())
