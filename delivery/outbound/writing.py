"""Writes the texts of a batch at the moment they are sent; in memory only, never stored or logged."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from delivery.outbound import linking
from delivery.outbound.outbox import Told, told_by
from delivery.outbound.overtaking import is_overtaken
from delivery.rules.codes import S10
from delivery.rules.states import Happening
from delivery.rules.texts import Fields, Template, write
from delivery.store.events import Event
from delivery.store.messages import Message
from delivery.store.work import Work
from delivery.vault import Reason, Vault


class Writer:
    """The texts of `messages`, whose items and addressees are loaded; what all need is read in one query each.

    Every method raises Refused when the addressee's data were erased.
    """

    def __init__(self, unit: Work, messages: Sequence[Message], public_url: str) -> None:
        self._unit = unit
        self._public_url = public_url
        ids = {message.item_id for message in messages}
        self._links = linking.links_of(unit, ids)
        self._tokens: dict[UUID, str] = {}
        self._told: dict[UUID, Told] = {}
        failures = select(Event.item_id, Event.seq).where(
            Event.item_id.in_(ids), Event.kind == Happening.ATTEMPT_FAILED
        )
        self._failures = set(unit.session.execute(failures))

    def is_overtaken(self, message: Message) -> bool:
        """Whether the item has moved on since the text was owed."""
        failed_since = any(item == message.item_id and seq > message.seq for item, seq in self._failures)
        template, told = Template(message.template), self._fields(message)
        return is_overtaken(template, told, message.item, failed_since=failed_since, today=self._unit.today)

    def phone(self, message: Message) -> str | None:
        """The addressee's phone, E.164."""
        row = message.item.addressee
        if row.phone is None:
            return None
        vault = Vault.of(self._unit)
        return vault.open(row.subject, "addressees.phone", row.id, row.phone, reason=Reason.MESSAGE)

    def text(self, message: Message) -> str:
        """The text with the item's link; the same each time. ValueError when a field is missing or too long."""
        item, told = message.item, self._fields(message)
        if item.id not in self._tokens:
            self._tokens[item.id] = linking.token_from(self._unit, item, self._links.get(item.id))
        fields = Fields(
            code=S10(item.number),
            link=linking.url(self._public_url, self._tokens[item.id]),
            office=told.office,
            day=told.day,
            until=told.until,
            hours=told.hours,
        )
        return write(Template(message.template), fields)

    def _fields(self, message: Message) -> Told:
        if message.id not in self._told:
            self._told[message.id] = told_by(self._unit, message)
        return self._told[message.id]
