"""Change requests: one table of states, who must sign, and how what is proposed differs from what holds.

draft → submitted → approved → effective → superseded
          │    └→ rejected
          └→ draft (taken back); draft or submitted → withdrawn;
of what is not a version also approved → withdrawn, as long as it has not taken effect
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from masterdata.rules.plant_words import role_in_sentence
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import Role


class ChangeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"


class ChangeStep(StrEnum):
    SUBMIT = "submit"
    TAKE_BACK = "take back"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    APPROVE = "approve"
    TAKE_EFFECT = "take effect"
    SUPERSEDE = "supersede"


class OrderChoice(StrEnum):
    """What a change means for an open order."""

    KEEP = "keep"
    MOVE = "move"


#: orders that a sentence names; the table on the page has them all
MOST_NAMED = 5

#: Open requests: somebody still works on them.
OPEN_STATES = frozenset({ChangeState.DRAFT, ChangeState.SUBMITTED})

#: The one table; `migrations/changes.sql` holds the same, and a test compares them.
TRANSITIONS: dict[tuple[ChangeState, ChangeStep], ChangeState] = {
    (ChangeState.DRAFT, ChangeStep.SUBMIT): ChangeState.SUBMITTED,
    (ChangeState.DRAFT, ChangeStep.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.SUBMITTED, ChangeStep.TAKE_BACK): ChangeState.DRAFT,
    (ChangeState.SUBMITTED, ChangeStep.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.SUBMITTED, ChangeStep.REJECT): ChangeState.REJECTED,
    (ChangeState.SUBMITTED, ChangeStep.APPROVE): ChangeState.APPROVED,
    (ChangeState.APPROVED, ChangeStep.TAKE_EFFECT): ChangeState.EFFECTIVE,
    (ChangeState.APPROVED, ChangeStep.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.EFFECTIVE, ChangeStep.SUPERSEDE): ChangeState.SUPERSEDED,
}

_DONE = {
    ChangeStep.SUBMIT: "be submitted",
    ChangeStep.TAKE_BACK: "be taken back",
    ChangeStep.WITHDRAW: "be withdrawn",
    ChangeStep.REJECT: "be rejected",
    ChangeStep.APPROVE: "be signed",
    ChangeStep.TAKE_EFFECT: "take effect",
    ChangeStep.SUPERSEDE: "be superseded",
}


def step_refusal(state: str, step: ChangeStep, name: str) -> Refusal | None:
    """`out_of_sequence` where the table has no such step from this state."""
    if (ChangeState(state), step) in TRANSITIONS:
        return None
    return Refusal(
        "out_of_sequence",
        f"{name} is {state}; it cannot {_DONE[step]} now.",
        name,
        "Reload the page: somebody was faster, or it is decided already.",
    )


@dataclass(frozen=True, slots=True)
class GivenSignature:
    """A signature of the present round: whose, and the role that it was given in."""

    person: int
    role: str


def missing_roles(required: Sequence[str], given: Iterable[GivenSignature]) -> list[str]:
    """Required roles that nobody has signed in yet, in their order; a role may be required twice."""
    left = list(required)
    for signature in given:
        if signature.role in left:
            left.remove(signature.role)
    return left


def signing_refusals(
    *,
    name: str,
    author: int,
    signer: int,
    signer_roles: Iterable[str],
    role: str,
    required: Sequence[str],
    given: Sequence[GivenSignature],
) -> list[Refusal]:
    """Every reason why this person may not sign in this role: author, signed already, role not held or not missing."""
    found = []
    if author == signer:
        found.append(
            Refusal(
                "author_is_approver",
                f"Whoever wrote {name} may not approve it.",
                name,
                "Let somebody else sign it.",
            )
        )
    if any(one.person == signer for one in given):
        found.append(Refusal("signed_already", f"You have signed {name} already.", name, "Let somebody else sign it."))
    if role not in set(signer_roles):
        found.append(
            Refusal(
                "role_not_held",
                f"You do not have the role {role_in_sentence(role)}.",
                name,
                "Sign in a role that you have.",
            )
        )
    elif role not in missing_roles(required, given):
        wanted = " and ".join(role_in_sentence(one) for one in missing_roles(required, given)) or "nobody else"
        found.append(
            Refusal(
                "role_not_missing",
                f"{name} needs no signature as {role_in_sentence(role)}.",
                name,
                f"It still needs: {wanted}.",
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as it holds and as it is proposed; None where there was, or will be, nothing."""

    field: str
    old: Any
    new: Any


def difference(base: Mapping[str, Any] | None, proposed: Mapping[str, Any]) -> list[FieldChange]:
    """Fields that differ, in the order of what is proposed. `base` None: the record is new, and every field is."""
    held = base or {}
    return [
        FieldChange(field, held.get(field), value)
        for field, value in proposed.items()
        if base is None or held.get(field) != value
    ]


@dataclass(frozen=True, slots=True)
class RequestFact:
    """What decides whether a request may be submitted or approved.

    `undecided`: open orders that nobody decided on; `others_waiting`: numbers of approved requests on the same record
    that have not taken effect.
    """

    name: str
    kind: str
    reason: str
    changes: int
    undecided: Sequence[str] = ()
    others_waiting: Sequence[str] = ()


def request_faults(fact: RequestFact) -> list[Refusal]:
    """Faults of the request itself; those of the record come from its own rules."""
    found = []
    if not fact.reason.strip():
        found.append(Refusal("reason_missing", "Say why this is changed.", fact.name, "Enter a reason."))
    if not fact.changes:
        found.append(
            Refusal("nothing_changes", "Nothing is different from what holds now.", fact.name, "Change something.")
        )
    found += undecided_refusals(fact.undecided)
    found += [
        Refusal(
            "another_waits",
            f"{other} is approved for the same record and has not taken effect.",
            other,
            "Wait until it has, then submit this one again.",
        )
        for other in fact.others_waiting
    ]
    return found


def undecided_refusals(orders: Sequence[str]) -> list[Refusal]:
    """`order_undecided`: one for all of them, in a sentence that says how many and names the first few."""
    if not orders:
        return []
    named = ", ".join(orders[:MOST_NAMED])
    more = len(orders) - MOST_NAMED
    if len(orders) == 1:
        return [
            Refusal(
                "order_undecided",
                f"Order {named} is open, and nobody decided whether it stays on the old version or moves.",
                named,
                "Decide keep or move for it.",
            )
        ]
    return [
        Refusal(
            "order_undecided",
            f"{len(orders)} orders are open, and of each nobody decided whether it stays on the old version or moves: {named}"
            + (f" and {more} more." if more > 0 else "."),
            named,
            "Decide keep or move for each, or for all at once.",
        )
    ]


def base_refusal(name: str, base_digest: str, digest_now: str) -> Refusal | None:
    """`base_changed`: what holds is not what it was when the request was submitted, so its difference is another."""
    if base_digest == digest_now:
        return None
    return Refusal(
        "base_changed",
        f"What {name} would change was changed meanwhile, so the difference shown is not true any more.",
        name,
        "Let the author take it back, look at the new difference, and submit it again.",
    )


#: Who signs, where no policy says otherwise: QA for what decides consumption, an engineer for the rest.
DEFAULT_SIGNERS: dict[str, tuple[str, ...]] = {
    "item": (Role.QA,),
    "unit_factor": (Role.QA,),
    "bom_version": (Role.QA,),
    "operation": (Role.QA,),
    "trigger_definition": (Role.QA,),
    "label_version": (Role.QA,),
    "bin": (Role.ENGINEER,),
    "bin_service": (Role.ENGINEER,),
    "production_line": (Role.ENGINEER,),
    "reason": (Role.QA,),
    "supplier": (Role.QA,),
    "threshold": (Role.QA,),
    "change_policy": (Role.QA, Role.ADMIN),
}
MOST_SIGNATURES = 5


def policy_faults(kind: str, roles: Sequence[str]) -> list[Refusal]:
    """What is wrong with a list of required signatures: none, too many, a role that does not exist or only reads."""
    found = []
    if not 1 <= len(roles) <= MOST_SIGNATURES:
        found.append(
            Refusal(
                "signatures_out_of_range",
                f"{kind.replace('_', ' ')}: {len(roles)} signatures; one to {MOST_SIGNATURES} are possible.",
                kind,
                "Name at least one role.",
            )
        )
    signs = {Role.ENGINEER, Role.QA, Role.SUPERVISOR, Role.FINANCE, Role.ADMIN}
    found += [
        Refusal(
            "role_does_not_sign",
            f"The role {role_in_sentence(role)} does not sign changes.",
            kind,
            f"Use {', '.join(sorted(role_in_sentence(one) for one in signs))}.",
        )
        for role in roles
        if role not in signs
    ]
    return found
