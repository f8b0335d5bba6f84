"""Items: handed over, read, listed, recalled, mended, sent out again."""

from flask import Blueprint

from delivery import handoff
from delivery.store.queries.handed import items_after, seen_by
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quotes_of
from delivery.store.work import Work
from delivery.web.agency_api.calls import Answer, Api, Call, Nothing, need_match
from delivery.web.agency_api.presenting import item_out, last_of, page_url, present, registered_out
from delivery.web.agency_api.replies import ItemOut, ItemPage, RecallOut, RegisteredOut
from delivery.web.agency_api.schemas import AddressChangeIn, PageQuery, RedispatchIn, SubmissionIn
from delivery.web.wired import wiring

blueprint = Blueprint("agency_items", __name__, url_prefix="/api/v1")
api = Api(blueprint)


@api.endpoint(
    "POST",
    "/items",
    scope="items:write",
    body=SubmissionIn,
    reply=RegisteredOut,
    statuses=(201, 200),
    refusals=(400, 409, 422),
    keyed=True,
)
def create_item(call: Call[SubmissionIn]) -> Answer:
    """Hand one result over.

    201 with the item's number, its price and the office that will deliver it. An address that does not decide on one
    commune is accepted and waits in review: `placed` is `review` and `candidates` says where it may lie.
    The same content under the same `agency_reference` answers 200 with the item there is, also long after the
    Idempotency-Key has expired; other content under it is refused with 409.
    """
    registered = handoff.register(
        call.unit,
        wiring().matcher,
        wiring().books,
        agency_id=call.caller.agency_id,
        submission=call.body.submission(),
    )
    return _registered(call.unit, registered)


@api.endpoint("GET", "/items", scope="items:read", query=PageQuery, reply=ItemPage, refusals=(422,))
def list_items(call: Call[Nothing]) -> Answer:
    """List the agency's items, the oldest first.

    An item is listed within seconds of its registration. Follow `next`: nothing is missed and nothing comes twice,
    however many items are handed over meanwhile.
    """
    query = call.query
    assert isinstance(query, PageQuery)
    rows = items_after(call.unit, call.caller.agency_id, query.cursor, query.limit)
    quotes = quotes_of(call.unit, [item.id for _, item in rows])
    end = last_of([position for position, _ in rows], query.cursor)
    return Answer(
        body=ItemPage(
            items=[item_out(call.unit, item, quotes.get(item.id)) for _, item in rows],
            next=page_url("/items", cursor=end, limit=query.limit),
            self=page_url("/items", cursor=query.cursor, limit=query.limit),
        )
    )


@api.endpoint("GET", "/items/<code>", scope="items:read", reply=ItemOut, refusals=(404,))
def read_item(call: Call[Nothing], code: str) -> Answer:
    """Read one item. Its ETag is what a change must name in If-Match."""
    return Answer(body=present(call.unit, seen_by(call.unit, call.caller.agency_id, code)))


@api.endpoint("POST", "/items/<code>:recall", scope="items:cancel", reply=RecallOut, refusals=(404,))
def recall_item(call: Call[Nothing], code: str) -> Answer:
    """Call an item back, in any state.

    `cancelled`: it had not left the agency. `accepted`: it goes back. `pending`: it is with a courier, and an event
    will say how that ended; a hand-over that took place before the recall stands. `too_late`: it was final before.
    """
    answer = handoff.recall(call.unit, agency_id=call.caller.agency_id, number=code)
    return Answer(body=RecallOut(answer=answer.value))


@api.endpoint(
    "PUT",
    "/items/<code>/address",
    scope="items:write",
    body=AddressChangeIn,
    reply=ItemOut,
    refusals=(400, 404, 409, 412, 422, 428),
    matched=True,
)
def correct_address(call: Call[AddressChangeIn], code: str) -> Answer:
    """Correct an item's address. An item that waited for it goes on; a frozen price stays as it is."""
    agency_id = call.caller.agency_id
    need_match(present(call.unit, locked_by_number(call.unit, code, agency_id=agency_id)))
    item = handoff.correct_address(
        call.unit,
        wiring().matcher,
        wiring().books,
        agency_id=agency_id,
        number=code,
        address=call.body.address.given(),
        commune_id=call.body.commune,
    )
    return Answer(body=present(call.unit, item))


@api.endpoint(
    "POST",
    "/items/<code>:redispatch",
    scope="items:write",
    body=RedispatchIn,
    body_needed=False,
    reply=RegisteredOut,
    statuses=(201,),
    refusals=(400, 404, 409, 422),
    keyed=True,
)
def redispatch_item(call: Call[RedispatchIn], code: str) -> Answer:
    """Send a returned result out again: a new item with a new number, for the same dossier and addressee."""
    registered = handoff.redispatch(
        call.unit,
        wiring().matcher,
        wiring().books,
        agency_id=call.caller.agency_id,
        number=code,
        address=call.body.address.given() if call.body.address else None,
    )
    return _registered(call.unit, registered)


def _registered(unit: Work, registered: handoff.Registered) -> Answer:
    number = registered.item.number
    return Answer(
        body=registered_out(unit, registered),
        status=200 if registered.repeated else 201,
        headers={"Location": f"/api/v1/items/{number}"},
    )
