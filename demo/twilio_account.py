"""The stand-in's memory: one account's messages, their statuses, and the list that Twilio would show of them."""

import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from urllib.parse import urlencode

from demo.twilio_outcomes import FAILURES, NEVER_SENT, REFUSALS, Outcomes, Reply, segments_of

API_VERSION = "2010-04-01"
PRICE_PER_SEGMENT = Decimal("0.05")  # made up: what a segment costs is between the post office and its provider


class TwilioError(Exception):
    """Twilio's JSON error: `status` for the HTTP reply, `body` for its content."""

    def __init__(self, code: int, to: str = "") -> None:
        self.status, words = REFUSALS[code]
        message = words.format(to=to)
        super().__init__(message)
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        self.body = {"code": code, "message": message, "more_info": more_info, "status": self.status}


@dataclass(slots=True, kw_only=True)
class Message:
    """One message and the statuses that are still before it."""

    sid: str
    to: str
    sender: str | None
    service: str | None
    body: str
    callback: str | None
    direction: str
    created: datetime
    updated: datetime
    status: str
    segments: int
    sent: datetime | None = None
    error: int | None = None
    steps: list[tuple[str, int | None]] = field(default_factory=list)
    due: float = 0.0

    def resource(self, account: str) -> dict[str, object]:
        """The Message resource with all of Twilio's fields."""
        uri = f"/{API_VERSION}/Accounts/{account}/Messages/{self.sid}"
        billed = self.sent is not None and self.direction != "inbound"
        return {
            "account_sid": account,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.updated),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": FAILURES[self.error] if self.error else None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": str(self.segments),
            "price": f"-{PRICE_PER_SEGMENT * self.segments:.5f}" if billed else None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


class Account:
    """Every message of one account, from any number of threads.

    `now` gives the time of day (aware). `lag` seconds pass between two statuses. `disorder` announces the final
    status before the earlier one, and again after it, as a provider may.
    """

    def __init__(
        self,
        *,
        sid: str,
        outcomes: Outcomes,
        lag: float = 0.0,
        disorder: bool = False,
        service_sender: str = "HANHCHINH",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sid = sid
        self.lag = lag
        self._outcomes = outcomes
        self._disorder = disorder
        self._service_sender = service_sender
        self._now = now
        self._messages: list[Message] = []
        self._places: dict[str, int] = {}
        self._refused_once: set[str] = set()
        self._settled = threading.Condition()
        self._outstanding = 0
        self._failed = 0

    def create(self, form: Mapping[str, str]) -> tuple[Message, dict[str, object], Reply]:
        """Take a message as Twilio's POST does, or raise the refusal that its phone or its fields ask for."""
        to, body = form.get("To", ""), form.get("Body", "")
        service, sender, callback = form.get("MessagingServiceSid"), form.get("From"), form.get("StatusCallback")
        if not to:
            raise TwilioError(21604)
        if not (sender or service):
            raise TwilioError(21603)
        if not body:
            raise TwilioError(21602)
        if len(body) > 1600:
            raise TwilioError(21617)
        if callback is not None and not re.match(r"https?://[^/]", callback):
            raise TwilioError(21609)
        if not re.fullmatch(r"\+[1-9]\d{7,14}", to):
            raise TwilioError(21211, to)
        fate = self._outcomes.of(to)
        with self._settled:
            if fate.refused is not None and not (fate.once and to in self._refused_once):
                self._refused_once.add(to)
                raise TwilioError(fate.refused, to)
            # A messaging service chooses its sender later: until then Twilio says "accepted", 0 segments, no sender.
            message = self._keep(
                to=to,
                sender=None if service else sender,
                service=service,
                body=body,
                callback=callback,
                direction="outbound-api",
                status="accepted" if service else "queued",
                segments=0 if service else segments_of(body),
            )
            if fate.failed in NEVER_SENT:
                message.steps = [("failed", fate.failed)]
            else:
                final = ("delivered" if fate.failed is None else "undelivered", fate.failed)
                message.steps = [final, ("sent", None), final] if self._disorder else [("sent", None), final]
            self._outstanding += len(message.steps)
            message.due = time.monotonic() + self.lag
            return message, message.resource(self.sid), fate.reply

    def step(self, message: Message) -> dict[str, str]:
        """Move `message` to its next status; returns the form that announces it."""
        with self._settled:
            status, error = message.steps.pop(0)
            moment = self._now()
            if message.status not in ("delivered", "undelivered", "failed"):
                message.status, message.error, message.updated = status, error, moment
            message.sent = message.sent or moment
            message.sender = message.sender or self._service_sender
            message.segments = message.segments or segments_of(message.body)
            message.due = time.monotonic() + self.lag
            form = self.standard_fields(message) | {"MessageStatus": status, "SmsStatus": status}
        if status in ("delivered", "undelivered"):
            form["RawDlrDoneDate"] = f"{moment:%y%m%d%H%M}"
        if error is not None:
            form["ErrorCode"] = str(error)
        return form

    def stepped(self, *, heard: bool) -> None:
        """Count one status change as done; `heard` says whether its announcement reached anyone who wanted it."""
        with self._settled:
            self._outstanding -= 1
            self._failed += not heard
            if self._outstanding == 0:
                self._settled.notify_all()

    def receive(self, sender: str, to: str, body: str) -> dict[str, str]:
        """Keep a message that the phone `sender` wrote; returns the form that announces it."""
        with self._settled:
            message = self._keep(
                to=to,
                sender=sender,
                service=None,
                body=body,
                callback=None,
                direction="inbound",
                status="received",
                segments=segments_of(body),
            )
            message.sent = message.created
        told = {"SmsStatus": "received", "Body": body, "NumMedia": "0", "NumSegments": str(message.segments)}
        return self.standard_fields(message) | told

    def standard_fields(self, message: Message) -> dict[str, str]:
        """What every webhook about `message` carries."""
        fields = {
            "AccountSid": self.sid,
            "ApiVersion": API_VERSION,
            "From": message.sender or "",
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "To": message.to,
        }
        return fields | ({"MessagingServiceSid": message.service} if message.service else {})

    def messages(self, *, to: str | None = None, after: int = 0) -> list[dict[str, object]]:
        """The Message resources from the `after`-th on, oldest first; only those to `to` when it is given."""
        with self._settled:
            return [message.resource(self.sid) for message in self._messages[after:] if to in (None, message.to)]

    def idle(self) -> dict[str, int]:
        """How many status changes are still to come, and how many callbacks nobody took (or answered with an error)."""
        with self._settled:
            return {"outstanding": self._outstanding, "failed": self._failed}

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until every message has its final status and every callback is sent; False after `timeout` seconds."""
        with self._settled:
            return self._settled.wait_for(lambda: self._outstanding == 0, timeout)

    def fetch(self, sid: str) -> dict[str, object]:
        """One Message resource."""
        with self._settled:
            if sid not in self._places:
                raise TwilioError(20404)
            return self._messages[self._places[sid]].resource(self.sid)

    def page(self, query: Mapping[str, str]) -> dict[str, object]:
        """A page of Twilio's list, newest first, filtered by To, From, DateSent, `DateSent>` and `DateSent<`.

        The page token names the last message seen, so messages that arrive meanwhile neither repeat nor hide one.
        """
        try:
            size = min(max(int(query.get("PageSize", "50")), 1), 1000)
            number = int(query.get("Page", "0"))
            wanted = _Wanted.read(query)
        except ValueError:
            raise TwilioError(20001) from None
        token = query.get("PageToken", "").removeprefix("PA")
        with self._settled:
            if token and token not in self._places:
                raise TwilioError(20001)
            found: list[Message] = []
            for place in range((self._places[token] if token else len(self._messages)) - 1, -1, -1):
                if wanted.fits(self._messages[place]):
                    found.append(self._messages[place])
                    if len(found) > size:
                        break
            shown = found[:size]
            resources = [message.resource(self.sid) for message in shown]
        path = f"/{API_VERSION}/Accounts/{self.sid}/Messages.json"
        kept = {name: value for name, value in query.items() if name not in ("Page", "PageToken")}
        kept["PageSize"] = str(size)
        following = kept | {"Page": str(number + 1), "PageToken": f"PA{shown[-1].sid}"} if len(found) > size else None
        return {
            "messages": resources,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(shown) - 1, 0),
            "uri": f"{path}?{urlencode(query)}",
            "first_page_uri": f"{path}?{urlencode(kept | {'Page': '0'})}",
            "next_page_uri": f"{path}?{urlencode(following)}" if following else None,
            "previous_page_uri": None,
        }

    def _keep(
        self,
        *,
        to: str,
        sender: str | None,
        service: str | None,
        body: str,
        callback: str | None,
        direction: str,
        status: str,
        segments: int,
    ) -> Message:
        moment = self._now()
        message = Message(
            sid=f"SM{secrets.token_hex(16)}",
            to=to,
            sender=sender,
            service=service,
            body=body,
            callback=callback,
            direction=direction,
            created=moment,
            updated=moment,
            status=status,
            segments=segments,
        )
        self._places[message.sid] = len(self._messages)
        self._messages.append(message)
        return message


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The filters of a list. A message that has not been sent has no sending date, so no date filter finds it."""

    to: str | None
    sender: str | None
    first: datetime | None
    end: datetime | None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "_Wanted":
        """Days are GMT and both ends belong to the span; an instant may stand for a day. Raises ValueError."""
        day, first, last = (query.get(name) for name in ("DateSent", "DateSent>", "DateSent<"))
        return cls(
            to=query.get("To"),
            sender=query.get("From"),
            first=_span(first or day)[0] if first or day else None,
            end=_span(last or day)[1] if last or day else None,
        )

    def fits(self, message: Message) -> bool:
        if self.to not in (None, message.to) or self.sender not in (None, message.sender):
            return False
        if self.first is None and self.end is None:
            return True
        sent = message.sent
        if sent is None:
            return False
        return (self.first is None or sent >= self.first) and (self.end is None or sent < self.end)


def _span(words: str | None) -> tuple[datetime, datetime]:
    moment = datetime.fromisoformat(words or "")
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    whole_day = len(words or "") == len("2026-01-31")
    return moment, moment + (timedelta(days=1) if whole_day else timedelta(seconds=1))
