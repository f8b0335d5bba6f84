"""Puts delivery policies into force. The shipped default is what the rules module states."""

from sqlalchemy import select

from delivery.rules.policy import DEFAULT_DOCUMENT, as_document, read_policy
from delivery.store.policies import Policy
from delivery.store.work import Work


def load_default(unit: Work) -> bool:
    """Publish the shipped default policy, in force from July 2025, where there is none; says whether it did."""
    if unit.session.scalars(select(Policy.id)).first() is not None:
        return False
    policy = read_policy(DEFAULT_DOCUMENT)
    unit.session.add(
        Policy(
            version="default-1",
            valid_from=policy.valid_from,
            document=dict(as_document(policy)),
            source="Defaults of the rules, no source confirms one figure for all services",
        )
    )
    unit.session.flush()
    return True
