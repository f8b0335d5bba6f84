"""Hand-over points and manifests by the names that people and forms give them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from delivery.errors import NotFound
from delivery.store.agencies import Agency, HandoverPoint
from delivery.store.items import Item
from delivery.store.routes import Manifest, ManifestItem
from delivery.store.work import Work


def point_named(unit: Work, point_id: UUID) -> HandoverPoint:
    """The hand-over point, or NotFound in words."""
    point = unit.session.get(HandoverPoint, point_id)
    if point is None:
        raise NotFound(
            "point-not-found",
            vi="Không có điểm bàn giao này. Hãy chọn lại từ danh sách.",
            en="There is no such hand-over point. Choose one from the list.",
        )
    return point


def point_at(unit: Work, office_id: UUID, name: str) -> HandoverPoint:
    """The point written "<agency>/<point>", by codes, if this office serves it; another office's reads as unknown."""
    agency, _, code = name.partition("/")
    point = unit.session.scalars(
        select(HandoverPoint)
        .join(Agency)
        .where(Agency.code == agency, HandoverPoint.code == code, HandoverPoint.office_id == office_id)
        .options(joinedload(HandoverPoint.agency), joinedload(HandoverPoint.office))
    ).one_or_none()
    if point is None:
        raise NotFound(
            "point-not-found",
            vi="Bưu cục này không phục vụ điểm bàn giao đó. Hãy chọn lại từ danh sách.",
            en="This office does not serve that hand-over point. Choose one from the list.",
            facts={"point": name},
        )
    return point


def manifest_at(unit: Work, office_id: UUID, number: str) -> tuple[Manifest, HandoverPoint]:
    """An office's manifest with its items, and its point; another office's reads as unknown."""
    manifest = unit.session.scalars(
        select(Manifest)
        .where(Manifest.number == number, Manifest.office_id == office_id, Manifest.world_id == unit.world_id)
        .options(
            selectinload(Manifest.items).joinedload(ManifestItem.item).joinedload(Item.addressee),
            selectinload(Manifest.items).joinedload(ManifestItem.item).joinedload(Item.delivery_office),
        )
    ).one_or_none()
    if manifest is None:
        raise NotFound(
            "manifest-not-found",
            vi=f"Không có biên bản nào mang số {number} ở bưu cục này.",
            en=f"This office has no manifest with the number {number}.",
            facts={"number": number},
        )
    point = unit.session.get_one(HandoverPoint, manifest.point_id, options=[joinedload(HandoverPoint.agency)])
    return manifest, point
