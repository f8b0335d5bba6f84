"""What becomes of a message at the stand-in, and the arithmetic it shares with the real provider.

The error codes are Twilio's; their words here are our own.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

# Error code → HTTP status and our own words for it.
REFUSALS: Mapping[int, tuple[int, str]] = {
    20001: (400, "A parameter of this list is not understood."),
    20003: (401, "These credentials are not this account's."),
    20404: (404, "There is nothing at this address."),
    20429: (429, "Too many requests at once."),
    20500: (500, "The provider has an internal error."),
    21211: (400, "The 'To' number {to} is not a phone number."),
    21602: (400, "The message has no text."),
    21603: (400, "The message names no sender."),
    21604: (400, "The message names no recipient."),
    21609: (400, "The status callback is not an http address."),
    21610: (400, "The recipient {to} has opted out."),
    21612: (400, "No route leads from this sender to {to}."),
    21614: (400, "The 'To' number {to} is not a mobile number."),
    21617: (400, "The text is longer than 1600 characters."),
}
FAILURES: Mapping[int, str] = {
    30001: "Queue overflow",
    30003: "Handset unreachable",
    30005: "Unknown handset",
    30006: "Landline or carrier out of reach",
    30007: "Filtered by the carrier",
    30008: "Unknown error",
}
NEVER_SENT = frozenset({30001})  # these end as "failed"; the others were sent and end as "undelivered"

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


class Reply(Enum):
    """What the sender hears after its message was taken."""

    GIVEN = "given"
    LOST = "lost"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a message: refused at once, or taken and then delivered or failed.

    `refused` and `failed` are Twilio error codes; `once` lets the second request to the same phone pass.
    """

    refused: int | None = None
    failed: int | None = None
    reply: Reply = Reply.GIVEN
    once: bool = False

    def __post_init__(self) -> None:
        if self.refused is not None and self.refused not in REFUSALS:
            raise ValueError(f"{self.refused} is not an error that refuses a message; known are {sorted(REFUSALS)}.")
        if self.failed is not None and self.failed not in FAILURES:
            raise ValueError(f"{self.failed} is not an error of delivery; known are {sorted(FAILURES)}.")


DELIVERED = Fate()
MAGIC: Mapping[str, Fate] = {
    **{f"{code:06}": Fate(refused=code) for code in (20429, 20500, 21211, 21610, 21612, 21614)},
    **{f"{code:06}": Fate(failed=code) for code in FAILURES},
    "000429": Fate(refused=20429, once=True),
    "000500": Fate(refused=20500, once=True),
    "000408": Fate(reply=Reply.LOST),
    "000504": Fate(reply=Reply.NEVER),
}


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """Which phone meets which fate: a phone named outright first, then the longest suffix, then `otherwise`."""

    by_phone: Mapping[str, Fate] = field(default_factory=dict)
    by_suffix: Mapping[str, Fate] = field(default_factory=lambda: MAGIC)
    otherwise: Fate = DELIVERED

    def of(self, phone: str) -> Fate:
        """The fate of a message to `phone` (E.164)."""
        if phone in self.by_phone:
            return self.by_phone[phone]
        endings = [ending for ending in self.by_suffix if phone.endswith(ending)]
        return self.by_suffix[max(endings, key=len)] if endings else self.otherwise


def segments_of(text: str) -> int:
    """How many segments `text` is sent and billed in: GSM-7 when every character allows it, UCS-2 otherwise."""
    if all(character in GSM_BASIC or character in GSM_EXTENDED for character in text):
        length, alone, joined = len(text) + sum(character in GSM_EXTENDED for character in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def signature_of(url: str, params: Mapping[str, str], auth_token: str) -> str:
    """The X-Twilio-Signature of a form posted to `url`: HMAC-SHA1 over the URL and the parameters in order."""
    signed = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
