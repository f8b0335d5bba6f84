"""A second reckoning of a price, straight from a book's text: integers, tomllib and docs/tariffs.md, nothing of ours.

Whoever doubts `tariffs.quote` must be able to do without it; so this file imports nothing of it, on purpose.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PARTS = ("postage", "surcharge", "collection", "redelivery")


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Net and VAT of a whole price, and what each payer owes with VAT."""

    net: int
    vat: int
    owed: Mapping[str, int]


def hundredths(percent: str) -> int:
    """A percentage of the text, "0.8", in hundredths of a percent."""
    whole, _, rest = percent.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def zone_between(book: Mapping[str, Any], one: str, other: str) -> str:
    """The zone of two different provinces."""
    home = {province: region for region, held in book["regions"]["provinces"].items() for province in held}
    if home[one] == home[other]:
        return "same_region"
    return next(str(z) for a, b, z in book["regions"]["between"] if {a, b} == {home[one], home[other]})


def reckon(
    text: str,
    *,
    service: str,
    zone: str,
    weight_g: int,
    payer: str,
    remote: bool = False,
    options: Iterable[str] = (),
    waivers: Iterable[str] = (),
    agency_fee: int = 0,
    redeliveries: int = 0,
    items_last_month: int = 0,
) -> Sums:
    """Reckon a price by the steps of docs/tariffs.md, in their order."""
    book = tomllib.loads(text)
    unit, mode, chosen = int(book["rounding"]["unit"]), book["rounding"]["mode"], set(options)

    def share(amount: int, percent: str) -> int:
        scaled, whole = amount * hundredths(percent), 10_000 * unit
        up = {"half_up": whole // 2, "up": whole - 1, "down": 0}[mode]
        return (scaled + up) // whole * unit

    def amount_of(rule: Mapping[str, Any], base: int) -> int:
        part = share(base, rule["percent"]) if "percent" in rule else 0
        return max(int(rule.get("flat", 0)) + part, int(rule.get("at_least", 0)))

    def vat_of(part: str, net: int) -> int:
        rate = book["vat"][part]
        return 0 if rate == "not_subject" else (2 * net * hundredths(rate) + 10_000) // 20_000

    net = dict.fromkeys(PARTS, 0)
    for leg in ("dossier_intake", "result_return") if service == "both_ways" else (service,):
        table = book["services"][leg]
        last, further = table["steps"][-1], table["further"]
        step = next((one for one in table["steps"] if one["over_g"] < weight_g <= one["to_g"]), last)
        beyond = max(0, weight_g - last["to_g"])
        net["postage"] += (
            step["price"][zone] + (beyond + further["each_g"] - 1) // further["each_g"] * (further["price"][zone])
        )
    before = net["postage"]
    discounts = [book["both_ways"]] if service == "both_ways" else []
    earned = [tier for tier in book["volume_tiers"].values() if items_last_month >= tier["from_items"]]
    discounts += earned[-1:] if payer == "agency" else []
    discounts += [rule for code, rule in book["rebates"].items() if code in chosen]
    for rule in discounts:
        net["postage"] -= min(net["postage"], amount_of(rule, net["postage"]))
    charged = [book["remote"]] if remote else []
    charged += [rule for code, rule in book["options"].items() if code in chosen]
    net["surcharge"] = sum(amount_of(rule, before) for rule in charged)
    net["collection"] = amount_of(book["collection"], agency_fee) if agency_fee else 0
    net["redelivery"] = max(0, redeliveries - book["redelivery"]["free"]) * amount_of(book["redelivery"], before)
    total = sum(net.values()) + sum(vat_of(part, net[part]) for part in PARTS)
    spared, bearer = 0, "subsidy"
    for kind, waiver in book["waivers"].items() if payer == "addressee" else ():
        if kind in waivers if waiver["proof"] == "claim" else remote:
            worth = 0
            for part in waiver["covers"]:
                off = min(net[part], share(net[part], waiver["percent"]))
                worth += off + vat_of(part, net[part]) - vat_of(part, net[part] - off)
            if worth > spared:
                spared, bearer = worth, waiver["borne_by"]
    owed: dict[str, int] = defaultdict(int)
    owed[payer] += total - spared
    owed[bearer] += spared
    return Sums(net=sum(net.values()), vat=total - sum(net.values()), owed=owed)
