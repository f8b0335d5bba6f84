"""Citizens' links: unguessable, one per item, and the token in no index and no clear column."""

import pytest

from delivery.errors import Refused
from delivery.outbound import linking
from delivery.store.messages import Link
from delivery.vault import Vault
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town


def test_every_message_of_an_item_carries_the_same_link(wiring: Wiring, town: Town) -> None:
    """A citizen who kept the first text must not be locked out by the second."""
    with wiring.work("job:test") as unit:
        one, two = made_items(unit, town, 2)
        token = linking.token_for(unit, one)
        unit.session.flush()
        assert linking.token_for(unit, one) == token
        assert linking.token_for(unit, two) != token


def test_a_token_has_128_bits_and_is_kept_sealed_and_hashed(wiring: Wiring, town: Town) -> None:
    """Whoever reads the table can open no link (contracts C28)."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        token = linking.mint(unit, item)
        unit.session.flush()
        link = linking.links_of(unit, [item.id])[item.id]
        assert len(token) == 22
        assert link.digest == linking.digest_of(token)
        assert token.encode() not in link.token
        assert linking.url("https://bd.example.vn", token) == f"https://bd.example.vn/t/{token}"


def test_an_erased_persons_link_cannot_be_sent_again(wiring: Wiring, town: Town) -> None:
    """Erasure deletes the key under which the token lies."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        linking.mint(unit, item)
        unit.session.flush()
        Vault.of(unit).erase(item.addressee.subject)
        with pytest.raises(Refused, match="erased"):
            linking.token_for(unit, item)


def test_an_expired_link_is_not_sent_again(wiring: Wiring, town: Town) -> None:
    """A later message gets a link that opens."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        token = linking.mint(unit, item)
        unit.session.flush()
        link: Link = linking.links_of(unit, [item.id])[item.id]
        link.expires_at = unit.now
        unit.session.flush()
        assert linking.token_for(unit, item) != token
