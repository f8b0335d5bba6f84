"""What comes back to an agency, and the agency's signature for it."""

from delivery import returning
from delivery.store.agencies import HandoverPoint
from delivery.store.routes import Manifest
from delivery.store.work import Work
from delivery.web.agency_api.calls import Answer, Call, Nothing
from delivery.web.agency_api.items import api
from delivery.web.agency_api.presenting import manifest_out
from delivery.web.agency_api.replies import ManifestList, ManifestOut
from delivery.web.agency_api.schemas import SignIn


@api.endpoint("GET", "/returns", scope="items:read", reply=ManifestList)
def list_returns(call: Call[Nothing]) -> Answer:
    """List the return manifests that wait for the agency's signature."""
    manifests = returning.open_manifests(call.unit, agency_id=call.caller.agency_id)
    return Answer(body=ManifestList(items=[_shown(call.unit, manifest) for manifest in manifests]))


@api.endpoint(
    "POST",
    "/returns/<manifest>:sign",
    scope="items:write",
    body=SignIn,
    body_needed=False,
    reply=ManifestOut,
    refusals=(400, 404, 409, 422),
)
def sign_return(call: Call[SignIn], manifest: str) -> Answer:
    """Sign for what was received back: the items named, or all of the manifest.

    Signed items are final. Signing for an item twice changes nothing.
    """
    signed = returning.sign(
        call.unit, agency_id=call.caller.agency_id, manifest_number=manifest, numbers=call.body.items
    )
    return Answer(body=_shown(call.unit, signed))


def _shown(unit: Work, manifest: Manifest) -> ManifestOut:
    return manifest_out(manifest, unit.session.get_one(HandoverPoint, manifest.point_id).code)
