"""The phones of the sandbox: texts in a test world reach nobody, and a phone's last six digits fix its fate (C15)."""

from datetime import datetime
from typing import Protocol
from uuid import uuid4

from delivery.outbound.sms import Accepted, Outcome, Rejected, Status, Verdict, verdict, words_for
from delivery.rules.texts import segments

REFUSED_AT_ONCE = frozenset({21211, 21610, 21612, 21614})
NEVER_DELIVERED = frozenset({30001, 30003, 30005, 30006, 30007, 30008})


class Gateway(Protocol):
    """What sends texts: `outbound.sms.SmsGateway`, or the sandbox."""

    def send(self, to: str, text: str, status_callback: str) -> Outcome:
        """Hand over one text; takes no transaction along."""

    def find(self, to: str, since: datetime, text: str) -> Accepted | None:
        """The text as the provider has it, None when it has not; raises `ProviderSilent`."""

    def look_up(self, sid: str) -> Accepted | None:
        """A message by its provider's id; raises `ProviderSilent`."""


class Sandbox:
    """Answers at once and for good. A phone that ends in 0 and one of the error codes above meets that error."""

    def send(self, to: str, text: str, status_callback: str) -> Outcome:
        """The fate that the phone fixes; nothing leaves this process."""
        ending = to[-6:]
        code = int(ending) if ending.isdigit() else 0
        if code in REFUSED_AT_ONCE:
            decided = verdict(code)
            return Rejected(
                code=code,
                permanent=decided is Verdict.PERMANENT,
                needs_person=decided is Verdict.PERSON,
                words=words_for(code),
            )
        failed = code in NEVER_DELIVERED
        return Accepted(
            sid=f"SANDBOX{uuid4().hex}",
            status=Status.UNDELIVERED if failed else Status.DELIVERED,
            segments=segments(text).count,
            error_code=code if failed else None,
        )

    def find(self, to: str, since: datetime, text: str) -> Accepted | None:
        """Nothing is kept: what was not recorded was not sent."""
        return None

    def look_up(self, sid: str) -> Accepted | None:
        """Nothing is kept."""
        return None


SANDBOX = Sandbox()
