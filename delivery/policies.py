"""Puts delivery policies and terms of compensation into force. The shipped defaults are what the rules state."""

from sqlalchemy import select

from delivery.rules.compensation_terms import DEFAULT_TERMS, read_terms
from delivery.rules.policy import DEFAULT_DOCUMENT, as_document, read_policy
from delivery.store.claims import CompensationTerms
from delivery.store.policies import Policy
from delivery.store.work import Work


def load_default(unit: Work) -> bool:
    """Publish the shipped defaults, in force from July 2025, where there are none; says whether it did."""
    policy, terms = _load_policy(unit), _load_terms(unit)
    unit.session.flush()
    return policy or terms


def _load_policy(unit: Work) -> bool:
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
    return True


def _load_terms(unit: Work) -> bool:
    if unit.session.scalars(select(CompensationTerms.id)).first() is not None:
        return False
    unit.session.add(
        CompensationTerms(
            version="default-1",
            valid_from=read_terms(DEFAULT_TERMS).valid_from,
            document=dict(DEFAULT_TERMS),
            source="The floors of the law; the steps of a delay are the post's own default",
        )
    )
    return True
