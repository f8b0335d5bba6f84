"""The laws of a price, and the price of each rule by hand."""

import re
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.book import Book, MaximumBasis, Part, Payer, Service, Zone
from tariffs.money import Dong, vat_on
from tariffs.quote import AssertedBy, Place, Quote, QuoteRefused, Request, WaiverClaim, quote, zone_of
from tests.tariffs.made_books import (
    CON_DAO,
    DA_NANG,
    HANOI,
    HCMC_OTHER_WARD,
    HCMC_WARD,
    TAY_NINH,
    books,
    claim,
    request,
    requests,
    whole_book,
)

BOOK = whole_book()
CODES_OF = {"postage": Part.POSTAGE, "discount": Part.POSTAGE, "rebate": Part.POSTAGE, "surcharge": Part.SURCHARGE}


def part_of(code: str) -> Part:
    head, _, tail = code.partition(".")
    if head in ("waiver", "borne"):
        return Part(tail.rpartition(".")[2])
    return CODES_OF.get(head) or Part(head)


def amounts(made: Quote) -> list[tuple[str, int, int]]:
    return [(line.code, line.net, line.vat) for line in made.lines]


# ---- Laws


@given(books(), requests())
def test_every_total_is_the_sum_of_the_lines_and_of_the_payers(book: Book, asked: Request) -> None:
    """A citizen who adds up the lines must reach the price; nothing is owed by nobody."""
    made = quote(book, asked)
    assert made.gross == sum(line.gross for line in made.lines) == made.net + made.vat
    assert made.gross == sum(made.owed_by(payer) for payer in Payer)
    assert all(line.net + line.vat == line.gross for line in made.lines)
    assert all(made.owed_by(payer) >= 0 for payer in Payer)


@given(books(), requests())
def test_the_vat_of_a_part_is_its_rate_of_the_part_rounded_once(book: Book, asked: Request) -> None:
    """However many lines a part has, no rounding is done twice, and a waiver neither makes nor loses VAT."""
    made = quote(book, asked)
    for part, rate in book.vat.items():
        lines = [line for line in made.lines if part_of(line.code) is part]
        assert sum(line.vat for line in lines) == vat_on(sum(line.net for line in lines), rate)
        mine = [line for line in lines if line.payer is asked.payer and not line.code.startswith("borne")]
        assert sum(line.vat for line in mine) == vat_on(sum(line.net for line in mine), rate)
        assert all(line.vat_rate == rate for line in lines)


@given(books(), requests(), st.integers(1, 2_000))
def test_a_heavier_envelope_never_costs_less(book: Book, asked: Request, heavier: int) -> None:
    """Neither in all, nor for who pays, whatever discounts, waivers and roundings come after."""
    light, heavy = sorted([asked.weight_g, heavier])
    one, other = quote(book, replace(asked, weight_g=light)), quote(book, replace(asked, weight_g=heavy))
    assert one.gross <= other.gross
    assert one.owed_by(asked.payer) <= other.owed_by(asked.payer)
    assert one.net <= other.net


@given(books(), requests())
def test_base_and_further_steps_never_exceed_the_legal_maximum(book: Book, asked: Request) -> None:
    """The shelf checks cells; this says that the cells' sums, with their rounded VAT, keep the law too."""
    zone = zone_of(book, asked.origin, asked.destination)
    most = book.legal_maximum(asked.service, zone, asked.weight_g)
    lines = [line for line in quote(book, asked).lines if line.code.startswith("postage.")]
    if most is not None:
        gross = book.maximum_basis is MaximumBasis.GROSS
        assert sum(line.gross if gross else line.net for line in lines) <= most


@given(books(), requests(), st.randoms(use_true_random=False))
def test_the_order_of_options_and_claims_changes_nothing(book: Book, asked: Request, chance: Random) -> None:
    """Sets have no order, and a price must not depend on how a form listed them."""
    options, claims = sorted(asked.options), sorted(asked.waivers, key=lambda made: (made.kind, made.who))
    chance.shuffle(options)
    chance.shuffle(claims)
    again = replace(asked, options=frozenset(options), waivers=frozenset(claims))
    assert quote(book, again) == quote(book, asked)


@given(books(), requests())
def test_both_directions_cost_the_same(book: Book, asked: Request) -> None:
    """A zone lies between two communes."""
    there = quote(book, asked)
    back = quote(book, replace(asked, origin=asked.destination, destination=asked.origin))
    assert there == back


@given(books(), requests())
def test_a_waiver_moves_money_and_makes_none(book: Book, asked: Request) -> None:
    """The subsidy bears to the đồng what the addressee is spared."""
    with_waivers = quote(book, asked)
    alone = quote(book, replace(asked, waivers=frozenset()))
    assert with_waivers.gross == alone.gross
    assert with_waivers.net == alone.net
    assert with_waivers.owed_by(Payer.ADDRESSEE) <= alone.owed_by(Payer.ADDRESSEE)
    if asked.payer is Payer.AGENCY:
        assert with_waivers == alone
        assert with_waivers.owed_by(Payer.SUBSIDY) == 0


@given(books(), requests())
def test_a_frozen_quote_thaws_as_it_was(book: Book, asked: Request) -> None:
    """The price of an item is kept for years as JSON."""
    made = quote(book, asked)
    assert Quote.from_json(made.as_json()) == made


@given(books(), requests())
def test_every_line_names_its_rule_and_source(book: Book, asked: Request) -> None:
    """A price that cannot be explained is not one."""
    cites = {source.cite for source in book.sources.values()}
    for line in quote(book, asked).lines:
        assert line.rule
        assert line.source in cites
        assert line.words_vi
        assert line.words_en


@given(books(), requests())
def test_every_net_amount_is_on_the_books_unit(book: Book, asked: Request) -> None:
    """So a rounding never leaves crumbs that a later percentage would trip over."""
    assert all(line.net % book.unit == 0 for line in quote(book, asked).lines)


# ---- By hand


@pytest.mark.parametrize(
    ("origin", "destination", "zone"),
    [
        (HCMC_WARD, HCMC_WARD, Zone.SAME_COMMUNE),
        (HCMC_WARD, HCMC_OTHER_WARD, Zone.SAME_PROVINCE),
        (HCMC_WARD, TAY_NINH, Zone.SAME_REGION),
        (HCMC_WARD, DA_NANG, Zone.ADJACENT_REGION),
        (HCMC_WARD, HANOI, Zone.DISTANT_REGION),
    ],
)
def test_the_zone_is_read_from_the_books_table(origin: Place, destination: Place, zone: Zone) -> None:
    """Each of the five zones, from HCMC."""
    assert zone_of(BOOK, origin, destination) is zone


@pytest.mark.parametrize(
    ("weight_g", "net"), [(1, 20_000), (100, 20_000), (101, 24_000), (500, 24_000), (501, 27_000), (2_000, 33_000)]
)
def test_steps_and_further_steps_count_at_their_edges(weight_g: int, net: int) -> None:
    """A step reaches up to and including its weight; each 500 g begun beyond the last step is one further step."""
    assert quote(BOOK, request(weight_g=weight_g)).net == net


def test_both_ways_is_two_services_less_the_discount() -> None:
    """22,000 + 20,000 less 10 %, with 8 % VAT."""
    made = quote(BOOK, request(service=Service.BOTH_WAYS))
    assert amounts(made) == [
        ("postage.base", 22_000, 1_760),
        ("postage.base", 20_000, 1_600),
        ("discount.both_ways", -4_200, -336),
    ]
    assert made.lines[-1].base == 42_000
    assert made.lines[-1].words_vi == "Hai chiều (10 % của 42.000 đ)"


def test_discounts_follow_one_another_each_on_what_is_left() -> None:
    """Both ways, then volume, then the rebate at the counter."""
    made = quote(
        BOOK,
        request(
            service=Service.BOTH_WAYS,
            payer=Payer.AGENCY,
            volume_tier="v2",
            options=frozenset({"counter_collection"}),
        ),
    )
    assert [line.net for line in made.lines] == [22_000, 20_000, -4_200, -3_800, -3_000]
    assert made.owed_by(Payer.AGENCY) == 33_480


def test_a_volume_tier_does_not_act_when_the_addressee_pays() -> None:
    """The contract is the agency's."""
    assert quote(BOOK, request(volume_tier="v2")) == quote(BOOK, request())


def test_a_rebate_never_takes_more_than_the_postage() -> None:
    """Nobody is paid for collecting an envelope."""
    dear = replace(BOOK.rebates["counter_collection"].charge, flat=Dong(90_000))
    rule = replace(BOOK.rebates["counter_collection"], charge=dear)
    book = replace(BOOK, rebates={"counter_collection": rule})
    assert quote(book, request(options=frozenset({"counter_collection"}))).gross == 0


def test_a_remote_commune_pays_a_surcharge_that_its_waiver_takes_over() -> None:
    """20 % of 20,000 is under the least amount of 5,000; the address alone proves the waiver."""
    made = quote(BOOK, request(destination=CON_DAO))
    assert amounts(made)[1:] == [
        ("surcharge.remote", 5_000, 400),
        ("waiver.remote_commune.surcharge", -5_000, -400),
        ("borne.remote_commune.surcharge", 5_000, 400),
    ]
    assert made.owed_by(Payer.SUBSIDY) == 5_400
    assert made.lines[1].words_en == "Remote (20 % of 20.000 đ, at least 5.000 đ)"
    assert made.lines[2].words_vi == "Vùng xa được miễn: miễn giảm 100 % phụ thu (theo địa chỉ)"


def test_the_agencys_fee_itself_is_no_line_only_its_collection_is() -> None:
    """Fees of the state are another money and another ledger; collecting 1,000,000 costs 0.8 % and bears no VAT."""
    made = quote(BOOK, request(fee=1_000_000))
    assert amounts(made)[1:] == [("collection", 8_000, 0)]
    assert made.lines[1].vat_rate == "not_subject"
    assert made.gross == 21_600 + 8_000


def test_redeliveries_beyond_the_free_one_are_charged() -> None:
    """One is free."""
    assert quote(BOOK, request(redeliveries=1)).net == 20_000
    made = quote(BOOK, request(redeliveries=3))
    assert amounts(made)[1:] == [("redelivery", 16_000, 1_280)]
    assert made.lines[1].words_vi == "Phát lại × 2"


def test_of_several_waivers_the_one_that_leaves_least_to_pay_counts() -> None:
    """Waivers never add up; the poor household's 100 % beats the elderly person's 30 %."""
    both = frozenset({claim("elderly"), claim("poor_household")})
    made = quote(BOOK, request(waivers=both))
    assert made.owed_by(Payer.ADDRESSEE) == 0
    assert made.owed_by(Payer.SUBSIDY) == 21_600
    assert not any("elderly" in line.code for line in made.lines)


def test_between_two_waivers_of_one_worth_the_books_order_decides() -> None:
    """The same claims must always be booked to the same kind."""
    twin = replace(BOOK.waivers["poor_household"], kind="merit")
    book = replace(BOOK, waivers={**BOOK.waivers, "merit": twin})
    made = quote(book, request(waivers=frozenset({claim("merit"), claim("poor_household")})))
    assert made.lines[1].code == "waiver.poor_household.postage"


def test_a_waiver_is_laid_on_whom_the_book_names() -> None:
    """The elderly person's 30 % is the agency's gift in this book."""
    made = quote(BOOK, request(waivers=frozenset({claim("elderly")})))
    assert made.owed_by(Payer.AGENCY) == 6_480
    assert made.owed_by(Payer.ADDRESSEE) == 15_120


@pytest.mark.parametrize(
    ("asserted_by", "vi", "en"),
    [
        (AssertedBy.AGENCY, "(cơ quan H29 xác nhận)", "(asserted by agency H29)"),
        (AssertedBy.CLERK, "(giao dịch viên H29 đã xem giấy tờ)", "(paper seen by clerk H29)"),
        (AssertedBy.NOBODY, "(khi có người xác nhận)", "(once somebody vouches for it)"),
    ],
)
def test_a_waivers_line_names_who_vouches_for_it(asserted_by: AssertedBy, vi: str, en: str) -> None:
    """The public account of the subsidy rests on this."""
    made = quote(BOOK, request(waivers=frozenset({claim("elderly", asserted_by=asserted_by)})))
    assert made.lines[1].words_vi.endswith(vi)
    assert made.lines[1].words_en.endswith(en)


def test_a_clerk_who_saw_the_paper_is_named_before_an_agency() -> None:
    """Two may vouch for one waiver; the stronger proof is printed, in whichever order they came."""
    two = frozenset({claim("elderly"), claim("elderly", asserted_by=AssertedBy.CLERK, who="NV-12")})
    assert "NV-12" in quote(BOOK, request(waivers=two)).lines[1].words_vi
    asked = frozenset({claim("elderly"), claim("elderly", asserted_by=AssertedBy.NOBODY)})
    assert "cơ quan H29" in quote(BOOK, request(waivers=asked)).lines[1].words_vi


def test_claiming_remoteness_does_not_make_a_place_remote() -> None:
    """That waiver is proved by the address alone."""
    assert quote(BOOK, request(waivers=frozenset({claim("remote_commune")}))) == quote(BOOK, request())


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (request(weight_g=2_001), "too-heavy", "2001 g is above this service's limit of 2000 g."),
        (request(options=frozenset({"gold"})), "unknown-option", "has no option “gold”; it has hand_to_addressee"),
        (request(waivers=frozenset({claim("rich")})), "unknown-waiver", "has no waiver “rich”; it has poor_household"),
        (request(payer=Payer.AGENCY, volume_tier="v9"), "unknown-volume-tier", "has no volume tier “v9”."),
        (request(day=date(2025, 6, 30)), "book-not-begun", "begins on 2025-07-01, after 2025-06-30."),
    ],
    ids=lambda value: value if isinstance(value, str) and "-" in value else "",
)
def test_what_the_book_does_not_know_is_refused_in_words(asked: Request, code: str, words: str) -> None:
    """An agency's developer must see what to send instead."""
    with pytest.raises(QuoteRefused, match=re.escape(words)) as caught:
        quote(BOOK, asked)
    assert caught.value.code == code
    assert caught.value.vi


@pytest.mark.parametrize("province", ["70", "1", "001", "", "HCM"])
def test_a_place_needs_one_of_the_34_provinces(province: str) -> None:
    """70 was Bình Phước, which is now part of Đồng Nai."""
    with pytest.raises(ValueError, match="34 provinces"):
        Place(province=province, commune="26734")


def test_nonsense_is_refused_when_it_is_built() -> None:
    """Values cannot be wrong further down."""
    with pytest.raises(ValueError, match="no commune code"):
        Place(province="79", commune=" ")
    with pytest.raises(ValueError, match="must be above 0"):
        request(weight_g=0)
    with pytest.raises(ValueError, match="cannot be negative"):
        request(fee=-1)
    with pytest.raises(ValueError, match="cannot be negative"):
        request(redeliveries=-1)
    with pytest.raises(ValueError, match="A subsidy pays through a waiver"):
        request(payer=Payer.SUBSIDY)
    with pytest.raises(ValueError, match="who vouches"):
        WaiverClaim(kind="elderly", asserted_by=AssertedBy.AGENCY, who=" ")
    with pytest.raises(ValueError, match="who vouches"):
        WaiverClaim(kind="elderly", asserted_by=AssertedBy.NOBODY, who="H29")
