"""The feed of what happened, for agencies behind firewalls: pulled, complete, in order."""

from delivery.store.queries.handed import feed_after
from delivery.web.agency_api.calls import Answer, Call, Nothing
from delivery.web.agency_api.items import api
from delivery.web.agency_api.presenting import event_out, last_of, page_url
from delivery.web.agency_api.replies import EventPage
from delivery.web.agency_api.schemas import FeedQuery


@api.endpoint("GET", "/events", scope="items:read", query=FeedQuery, reply=EventPage, refusals=(422,))
def list_events(call: Call[Nothing]) -> Answer:
    """Read what happened after a position.

    Positions rise in the order in which events were made final, each item's events in their own order, and are never
    given again: keep `next` and ask with it, and nothing is missed.
    """
    query = call.query
    assert isinstance(query, FeedQuery)
    told = feed_after(call.unit, call.caller.agency_id, query.after, query.limit)
    end = last_of([one.position for one in told], query.after)
    return Answer(
        body=EventPage(
            items=[event_out(one) for one in told],
            next=page_url("/events", after=end, limit=query.limit),
            self=page_url("/events", after=query.after, limit=query.limit),
        )
    )
