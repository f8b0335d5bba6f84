"""The table of moves: which event may happen to an item in which state, and where it leads.

Everything that changes an item's state goes through `check_move`, and only
`delivery.store.items.Item.move` calls it. docs/states.md is drawn from this table.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from delivery.errors import Refused


class State(StrEnum):
    """Where an item stands. The last four are final."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    IN_TRANSIT = "in_transit"
    AT_OFFICE = "at_office"
    OUT_FOR_DELIVERY = "out_for_delivery"
    HELD = "held"
    RETURNING = "returning"
    UNDER_INQUIRY = "under_inquiry"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    LOST = "lost"


FINAL = frozenset({State.DELIVERED, State.RETURNED, State.CANCELLED, State.LOST})
OPEN = frozenset(State) - FINAL


class Happening(StrEnum):
    """What can happen to an item; the names are those of the agency API."""

    REGISTERED = "item.registered"
    ACCEPTED = "item.accepted"
    DEPARTED = "item.departed"
    ARRIVED = "item.arrived"
    AT_DELIVERY_OFFICE = "item.at_delivery_office"
    BACK_AT_OFFICE = "item.back_at_office"
    OUT_FOR_DELIVERY = "item.out_for_delivery"
    ATTEMPT_FAILED = "attempt.failed"
    ADDRESS_UNRESOLVED = "item.address_unresolved"
    RESCHEDULED = "delivery.rescheduled"
    READY_FOR_COLLECTION = "item.ready_for_collection"
    RECALL_REQUESTED = "item.recall_requested"
    INVITATION_SENT = "invitation.sent"
    COLLECTION_EXPIRED = "collection.expired"
    DELIVERED = "item.delivered"
    RETURN_STARTED = "item.return_started"
    RETURNED = "item.returned"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    CANCELLED = "item.cancelled"
    CORRECTED = "event.corrected"


_S = State
_H = Happening


def _stays(*states: State) -> dict[State, tuple[State, ...]]:
    return {state: (state,) for state in states}


# Where custody cannot be in doubt an incident leads back to the state before it.
_RESUMED = tuple(s for s in State if s in OPEN and s is not _S.UNDER_INQUIRY)

# Where the post has the envelope and its addressee may still get it.
_IN_HAND = (_S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE, _S.OUT_FOR_DELIVERY, _S.HELD)

MOVES: Mapping[Happening, Mapping[State, tuple[State, ...]]] = MappingProxyType(
    {
        _H.ACCEPTED: {_S.REGISTERED: (_S.ACCEPTED,)},
        _H.DEPARTED: {
            _S.ACCEPTED: (_S.IN_TRANSIT,),
            _S.AT_OFFICE: (_S.IN_TRANSIT,),
            _S.RETURNING: (_S.RETURNING,),
        },
        _H.ARRIVED: {
            # A courier who collected at an agency brings the item to the office's shelf.
            _S.ACCEPTED: (_S.ACCEPTED,),
            _S.IN_TRANSIT: (_S.ACCEPTED,),
            _S.RETURNING: (_S.RETURNING,),
        },
        _H.AT_DELIVERY_OFFICE: {_S.ACCEPTED: (_S.AT_OFFICE,), _S.IN_TRANSIT: (_S.AT_OFFICE,)},
        _H.OUT_FOR_DELIVERY: {_S.AT_OFFICE: (_S.OUT_FOR_DELIVERY,)},
        _H.BACK_AT_OFFICE: {_S.OUT_FOR_DELIVERY: (_S.AT_OFFICE, _S.HELD)},
        _H.ATTEMPT_FAILED: _stays(_S.OUT_FOR_DELIVERY, _S.AT_OFFICE, _S.HELD),
        _H.ADDRESS_UNRESOLVED: _stays(_S.REGISTERED, _S.ACCEPTED, _S.AT_OFFICE),
        _H.RESCHEDULED: {
            **_stays(_S.REGISTERED, _S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE, _S.OUT_FOR_DELIVERY),
            _S.HELD: (_S.AT_OFFICE,),
        },
        _H.READY_FOR_COLLECTION: {_S.AT_OFFICE: (_S.HELD,), _S.HELD: (_S.HELD,)},
        _H.RECALL_REQUESTED: _stays(
            _S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE, _S.OUT_FOR_DELIVERY, _S.HELD, _S.UNDER_INQUIRY
        ),
        _H.INVITATION_SENT: _stays(_S.HELD),
        _H.COLLECTION_EXPIRED: _stays(_S.HELD),
        _H.DELIVERED: {_S.OUT_FOR_DELIVERY: (_S.DELIVERED,), _S.HELD: (_S.DELIVERED,)},
        _H.RETURN_STARTED: dict.fromkeys(
            (_S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE, _S.OUT_FOR_DELIVERY, _S.HELD), (_S.RETURNING,)
        ),
        _H.RETURNED: {_S.RETURNING: (_S.RETURNED,)},
        _H.INCIDENT_OPENED: dict.fromkeys(_RESUMED, (_S.UNDER_INQUIRY,)),
        _H.INCIDENT_CLOSED: {_S.UNDER_INQUIRY: (*_RESUMED, _S.LOST)},
        _H.CANCELLED: {_S.REGISTERED: (_S.CANCELLED,)},
        _H.CORRECTED: dict.fromkeys((state for state in State if state in FINAL), (_S.UNDER_INQUIRY,)),
    }
)

# What is written of an item in each state, for the people who read it.
WORDS_VI: Mapping[State, str] = MappingProxyType(
    {
        _S.REGISTERED: "đã đăng ký, còn ở cơ quan",
        _S.ACCEPTED: "bưu điện đã nhận",
        _S.IN_TRANSIT: "đang vận chuyển",
        _S.AT_OFFICE: "ở bưu cục phát",
        _S.OUT_FOR_DELIVERY: "bưu tá đang giữ để phát",
        _S.HELD: "lưu giữ tại quầy",
        _S.RETURNING: "đang chuyển hoàn",
        _S.UNDER_INQUIRY: "đang xác minh sự cố",
        _S.DELIVERED: "đã phát",
        _S.RETURNED: "đã hoàn về cơ quan",
        _S.CANCELLED: "đã hủy",
        _S.LOST: "thất lạc",
    }
)
WORDS_EN: Mapping[State, str] = MappingProxyType(
    {
        _S.REGISTERED: "registered, still at the agency",
        _S.ACCEPTED: "accepted by the post",
        _S.IN_TRANSIT: "in transit",
        _S.AT_OFFICE: "at the delivery office",
        _S.OUT_FOR_DELIVERY: "with the courier",
        _S.HELD: "held at the counter",
        _S.RETURNING: "on its way back to the agency",
        _S.UNDER_INQUIRY: "under inquiry",
        _S.DELIVERED: "delivered",
        _S.RETURNED: "returned to the agency",
        _S.CANCELLED: "cancelled",
        _S.LOST: "lost",
    }
)
_TITLES_VI: Mapping[Happening, str] = MappingProxyType(
    {
        _H.REGISTERED: "đăng ký lại",
        _H.ACCEPTED: "chấp nhận",
        _H.DEPARTED: "chuyển đi",
        _H.ARRIVED: "nhận đến",
        _H.AT_DELIVERY_OFFICE: "nhận ở bưu cục phát",
        _H.OUT_FOR_DELIVERY: "giao cho bưu tá",
        _H.BACK_AT_OFFICE: "nhận lại từ bưu tá",
        _H.ATTEMPT_FAILED: "ghi lần phát không thành",
        _H.ADDRESS_UNRESOLVED: "ghi địa chỉ chưa rõ",
        _H.RESCHEDULED: "hẹn lại",
        _H.READY_FOR_COLLECTION: "báo sẵn sàng nhận tại quầy",
        _H.RECALL_REQUESTED: "thu hồi",
        _H.INVITATION_SENT: "gửi giấy mời",
        _H.COLLECTION_EXPIRED: "kết thúc thời hạn lưu giữ",
        _H.DELIVERED: "phát",
        _H.RETURN_STARTED: "chuyển hoàn",
        _H.RETURNED: "ký nhận hoàn",
        _H.INCIDENT_OPENED: "mở xác minh sự cố",
        _H.INCIDENT_CLOSED: "kết thúc xác minh",
        _H.CANCELLED: "hủy",
        _H.CORRECTED: "đính chính",
    }
)


def targets(state: State, happening: Happening) -> tuple[State, ...]:
    """The states that `happening` may lead to from `state`; empty when it may not happen."""
    return MOVES.get(happening, {}).get(state, ())


def check_move(number: str, state: State, happening: Happening, to: State | None = None) -> State:
    """The state that follows, or `Refused` in words. `to` chooses where the table offers several."""
    allowed = targets(state, happening)
    if len(allowed) == 1 and to in (None, allowed[0]):
        return allowed[0]
    if to is not None and to in allowed:
        return to
    if allowed and to is None:
        raise ValueError(f"{happening} from {state} leads to several states: say which.")
    raise Refused(
        "move-not-allowed",
        vi=f"Bưu gửi {number} {WORDS_VI[state]}: không thể {_TITLES_VI[happening]} lúc này.",
        en=f"Item {number} is {WORDS_EN[state]}: {happening} cannot happen to it now.",
        facts={"number": number, "state": str(state), "event": str(happening)},
    )


def drawing() -> str:
    """The table as a Mermaid state diagram and a Markdown table, for docs/states.md."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> registered: item.registered"]
    edges: dict[tuple[State, State], list[str]] = {}
    for happening, row in MOVES.items():
        for source, ends in row.items():
            for end in ends:
                if happening not in (_H.INCIDENT_OPENED, _H.INCIDENT_CLOSED, _H.CORRECTED) and source is not end:
                    edges.setdefault((source, end), []).append(happening.value)
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in sorted(edges.items())]
    lines += [f"    {state} --> [*]" for state in State if state in FINAL] + ["```", ""]
    lines += ["| event | from | to |", "| --- | --- | --- |", "| item.registered | – | registered |"]
    for happening, row in MOVES.items():
        for source, ends in row.items():
            shown = "stays" if ends == (source,) else ", ".join(ends)
            lines.append(f"| {happening} | {source} | {shown} |")
    return "\n".join(lines) + "\n"
