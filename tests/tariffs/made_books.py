"""Tariff books and requests for tests: one whole book, and strategies that write books of any shape the shelf takes.

The written books put every legal maximum as close to its cell as the law lets them, so that a rounding which adds one
đồng too many is caught.
"""

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from tariffs import shelf
from tariffs.book import Book, Part, Payer, Service, Zone
from tariffs.money import Dong, VatRate, percent_of, rate_of
from tariffs.quote import AssertedBy, Place, Request, WaiverClaim

WHOLE_TEXT = (Path(__file__).parent / "whole_book.toml").read_text("utf-8")
DAY = date(2026, 11, 22)

HCMC_WARD = Place(province="79", commune="26734")
HCMC_OTHER_WARD = Place(province="79", commune="26740")
CON_DAO = Place(province="79", commune="26732", remote=True)
TAY_NINH = Place(province="80", commune="25459")
DA_NANG = Place(province="48", commune="20242")
HANOI = Place(province="01", commune="00004")
PLACES = (HCMC_WARD, HCMC_OTHER_WARD, CON_DAO, TAY_NINH, DA_NANG, HANOI)


def whole_book() -> Book:
    """The book of whole_book.toml."""
    return shelf.read(WHOLE_TEXT, place="whole_book.toml")


def request(
    *,
    service: Service = Service.RESULT_RETURN,
    origin: Place = HCMC_WARD,
    destination: Place = HCMC_OTHER_WARD,
    weight_g: int = 50,
    payer: Payer = Payer.ADDRESSEE,
    day: date = DAY,
    options: frozenset[str] = frozenset(),
    waivers: frozenset[WaiverClaim] = frozenset(),
    fee: int = 0,
    volume_tier: str | None = None,
    redeliveries: int = 0,
) -> Request:
    """A request for a result of 50 g within HCMC, paid by its addressee, unless told otherwise."""
    return Request(
        service=service,
        origin=origin,
        destination=destination,
        weight_g=weight_g,
        payer=payer,
        day=day,
        options=options,
        waivers=waivers,
        agency_fee_to_collect=Dong(fee),
        volume_tier=volume_tier,
        redeliveries=redeliveries,
    )


def claim(kind: str, *, asserted_by: AssertedBy = AssertedBy.AGENCY, who: str = "H29") -> WaiverClaim:
    """A waiver that agency H29 vouches for, unless told otherwise."""
    return WaiverClaim(kind=kind, asserted_by=asserted_by, who="" if asserted_by is AssertedBy.NOBODY else who)


percents = st.integers(0, 10_000).map(lambda rate: percent_of(rate_of(f"{rate // 100}.{rate % 100:02d}")))
vat_texts = st.sampled_from(["not_subject", "0", "5", "7.25", "8", "10", "33.33"])


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Any book: its steps, prices, percentages, rounding, VAT and the basis of its legal maximum."""
    unit = draw(st.sampled_from([1, 1, 100, 500]))
    vat = {part: draw(vat_texts) for part in Part}
    basis = draw(st.sampled_from(["net", "gross", "none"]))
    text = WHOLE_TEXT[: WHOLE_TEXT.index("[rounding]")]
    text += f'[rounding]\nsource = "made_up"\nunit = {unit}\n'
    text += f'mode = "{draw(st.sampled_from(["half_up", "down", "up"]))}"\n'
    text += '[vat]\nsource = "made_up"\n' + "".join(f'{part} = "{rate}"\n' for part, rate in vat.items())
    text += WHOLE_TEXT[WHOLE_TEXT.index("[regions]") : WHOLE_TEXT.index("[legal_maximum]")]
    text += f'[legal_maximum]\nsource = "made_up"\nbasis = "{basis}"\n'
    rate = vat[Part.POSTAGE] if basis == "gross" else "not_subject"
    for service in (Service.RESULT_RETURN, Service.DOSSIER_INTAKE):
        text += _service(draw, service, unit, None if basis == "none" else rate)
    money = st.integers(0, 30_000 // unit).map(lambda units: units * unit)
    named = 'vi = "Đặt ra"\nen = "Made up"\nsource = "made_up"\n'
    for table in ("remote", "options.hand_to_addressee", "rebates.counter_collection", "collection"):
        text += f"[{table}]\n{named}flat = {draw(money) + unit}\n"
        text += f'percent = "{draw(percents)}"\nat_least = {draw(money)}\n'
    text += f"[redelivery]\n{named}free = {draw(st.integers(0, 2))}\nflat = {draw(money) + unit}\n"
    text += f'[both_ways]\n{named}percent = "{draw(percents)}"\n'
    text += f'[volume_tiers.v1]\n{named}from_items = 1000\npercent = "{draw(percents)}"\n'
    for kind, proof in (("poor_household", "claim"), ("elderly", "claim"), ("remote_commune", "remote_place")):
        covers = draw(st.lists(st.sampled_from([part.value for part in Part]), unique=True))
        borne_by = draw(st.sampled_from(["agency", "subsidy"]))
        text += f'[waivers.{kind}]\n{named}percent = "{draw(percents)}"\ncovers = {covers}\n'
        text += f'borne_by = "{borne_by}"\nproof = "{proof}"\n'
    return shelf.read(text, place="written book")


def _service(draw: st.DrawFn, service: Service, unit: int, rate: str | None) -> str:
    text = f'[services.{service}]\nvi = "Dịch vụ"\nen = "Service"\nsource = "made_up"\n'
    rises = draw(st.lists(st.integers(1, 400), min_size=1, max_size=4))
    prices = dict.fromkeys(Zone, 0)
    over_g = 0
    for rise in rises:
        for zone in Zone:
            prices[zone] += unit * draw(st.integers(0, 20_000 // unit))
        cells = _cells(prices, rate)
        text += f"[[services.{service}.steps]]\nover_g = {over_g}\nto_g = {over_g + rise}\n{cells}"
        over_g += rise
    further = {zone: unit * draw(st.integers(0, 9_000 // unit)) for zone in Zone}
    each_g = draw(st.integers(1, 500))
    return f"{text}[services.{service}.further]\neach_g = {each_g}\nup_to_g = 5000\n{_cells(further, rate)}"


def _cells(prices: dict[Zone, int], rate: str | None) -> str:
    text = "price = {" + ", ".join(f"{zone} = {price}" for zone, price in prices.items()) + "}\n"
    if rate is None:
        return text
    parts: VatRate = "not_subject" if rate == "not_subject" else rate_of(rate)
    whole = 10_000 + (0 if parts == "not_subject" else parts)
    maxima = ", ".join(f"{zone} = {-(-price * whole // 10_000)}" for zone, price in prices.items())
    return text + "legal_max = {" + maxima + "}\n"


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any request that a book of `books` or whole_book.toml prices."""
    kinds = draw(st.sets(st.sampled_from(["poor_household", "elderly"])))
    return request(
        service=draw(st.sampled_from(Service)),
        origin=draw(st.sampled_from(PLACES)),
        destination=draw(st.sampled_from(PLACES)),
        weight_g=draw(st.integers(1, 2_000)),
        payer=draw(st.sampled_from([Payer.AGENCY, Payer.ADDRESSEE])),
        options=frozenset(draw(st.sets(st.sampled_from(["hand_to_addressee", "counter_collection"])))),
        waivers=frozenset(
            claim(kind, asserted_by=draw(st.sampled_from(AssertedBy)), who=draw(st.sampled_from(["H29", "NV-12"])))
            for kind in sorted(kinds)
        ),
        fee=draw(st.sampled_from([0, 1, 50_000, 123_457])),
        volume_tier=draw(st.sampled_from([None, "v1"])),
        redeliveries=draw(st.integers(0, 4)),
    )
