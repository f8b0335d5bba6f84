"""Tariff books and quotes as the API shows them: every amount, rule and source that makes a price."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations

from delivery.money.public_quotes import Answer, Found, Priced, Spot, Way
from delivery.web.agency_api.replies import CandidateOut, CommuneOut
from delivery.web.agency_api.tariff_schemas import (
    BetweenOut,
    CellsOut,
    FoundOut,
    FurtherOut,
    QuotedOut,
    QuoteOut,
    RuleOut,
    ServiceOut,
    SourceOut,
    StepOut,
    TariffOut,
    TierOut,
    WaiverOut,
    WayOut,
    ZoneOut,
)
from tariffs.bill import ZONE_WORDS
from tariffs.book import Book, Payer, Rule, ServicePrice, VolumeTier, Waiver, Zone
from tariffs.money import Dong, percent_of


def quote_out(answer: Answer) -> QuoteOut:
    """An answer: a price, or the communes to choose from."""
    return QuoteOut(
        answered="priced" if answer.priced else "ask",
        origin=_found(answer.origin),
        destination=_found(answer.destination),
        price=_quoted(answer.priced) if answer.priced else None,
    )


def tariff_out(book: Book, books: Sequence[Book]) -> TariffOut:
    """A whole book; `books` are all that are published, since the next one ends this one."""
    begins = sorted(other.in_force_from for other in books if other.in_force_from > book.in_force_from)
    return TariffOut.model_validate(
        {
            "code": book.code,
            "label": book.label.value,
            "title_vi": book.title.vi,
            "title_en": book.title.en,
            "in_force_from": book.in_force_from,
            "until": begins[0] - timedelta(days=1) if begins else None,
            "digest": book.digest,
            "text": f"/api/v1/tariffs/{book.code}",
            "rounding": book.rounding.value,
            "unit": book.unit,
            "vat": {str(part): rate if isinstance(rate, str) else percent_of(rate) for part, rate in book.vat.items()},
            "legal_maximum_basis": book.maximum_basis.value,
            "zones": [ZoneOut(zone=zone.value, words_vi=w.vi, words_en=w.en) for zone, w in ZONE_WORDS.items()],
            "regions": {region: list(provinces) for region, provinces in book.regions.items()},
            "between": [
                BetweenOut(regions=[one, other], zone=book.zones[book.regions[one][0], book.regions[other][0]].value)
                for one, other in combinations([name for name, held in book.regions.items() if held], 2)
            ],
            "services": [_service(table) for table in book.services.values()],
            "surcharges": [_rule(rule) for rule in (book.remote, *book.options.values())],
            "discounts": [_rule(rule) for rule in (book.both_ways, *book.rebates.values())],
            "volume_tiers": [_tier(tier) for tier in book.volume_tiers],
            "collection": _rule(book.collection),
            "redelivery": _rule(book.redelivery.rule),
            "free_redeliveries": book.redelivery.free,
            "waivers": [_waiver(waiver) for waiver in book.waivers.values()],
            "sources": [
                SourceOut(
                    code=one.code, cite=one.cite, note_vi=one.note.vi, note_en=one.note.en, confirmed=one.confirmed
                )
                for one in book.sources.values()
            ],
        }
    )


def _found(found: Found) -> FoundOut:
    return FoundOut(
        commune=_commune(found.spot) if found.spot else None,
        candidates=[
            CandidateOut(commune=_commune(one.spot), confidence=one.confidence, why=one.why) for one in found.candidates
        ],
    )


def _commune(spot: Spot) -> CommuneOut:
    return CommuneOut(id=spot.id, name=spot.name, province=spot.province)


def _quoted(priced: Priced) -> QuotedOut:
    told = priced.quote.as_json()
    return QuotedOut.model_validate(
        {
            "book": priced.book.code,
            "label": priced.book.label.value,
            "digest": priced.book.digest,
            "day": priced.quote.day,
            "zone": priced.zone.value,
            "legal_maximum": priced.legal_maximum,
            "legal_maximum_basis": priced.book.maximum_basis.value,
            "net": priced.quote.net,
            "vat": priced.quote.vat,
            "gross": priced.quote.gross,
            "due_from_addressee": priced.quote.owed_by(Payer.ADDRESSEE),
            "due_from_agency": priced.quote.owed_by(Payer.AGENCY),
            "due_from_subsidy": priced.quote.owed_by(Payer.SUBSIDY),
            "agency_fee": priced.request.agency_fee_to_collect,
            "lines": told["lines"],
            "ways": [_way(way) for way in priced.ways],
        }
    )


def _way(way: Way) -> WayOut:
    waiver = way.waiver
    return WayOut(
        waiver=waiver.kind if waiver else None,
        words_vi=waiver.words.vi if waiver else "Không có miễn giảm",
        words_en=waiver.words.en if waiver else "No waiver",
        at_home=way.at_home,
        at_counter=way.at_counter,
    )


def _service(table: ServicePrice) -> ServiceOut:
    further = table.further
    return ServiceOut.model_validate(
        {
            "service": table.service.value,
            "words_vi": table.words.vi,
            "words_en": table.words.en,
            "source": table.source.cite,
            "steps": [
                StepOut(
                    over_g=step.over_g,
                    to_g=step.to_g,
                    price=_cells(step.price),
                    legal_maximum=_cells(step.maximum) if step.maximum else None,
                )
                for step in table.steps
            ],
            "further": FurtherOut(
                each_g=further.each_g,
                up_to_g=further.up_to_g,
                price=_cells(further.price),
                legal_maximum=_cells(further.maximum) if further.maximum else None,
            ),
        }
    )


def _cells(amounts: Mapping[Zone, Dong]) -> CellsOut:
    return CellsOut.model_validate({zone.value: amount for zone, amount in amounts.items()})


def _rule(rule: Rule) -> RuleOut:
    return RuleOut(
        code=rule.code,
        words_vi=rule.words.vi,
        words_en=rule.words.en,
        rule=rule.where,
        source=rule.source.cite,
        flat=rule.charge.flat,
        percent=percent_of(rule.charge.rate),
        at_least=rule.charge.at_least,
    )


def _tier(tier: VolumeTier) -> TierOut:
    return TierOut(**dict(_rule(tier.rule)), from_items=tier.from_items)


def _waiver(waiver: Waiver) -> WaiverOut:
    return WaiverOut.model_validate(
        {
            "kind": waiver.kind,
            "words_vi": waiver.words.vi,
            "words_en": waiver.words.en,
            "rule": waiver.where,
            "source": waiver.source.cite,
            "percent": percent_of(waiver.rate),
            "covers": sorted(part.value for part in waiver.covers),
            "borne_by": waiver.borne_by.value,
            "proof": waiver.proof.value,
        }
    )
