"""A refusal is a value: what is wrong, with what, and what to do. Rules return them, all at once; actions raise them."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` for machines, `sentence` for the floor, `subject` names the thing, `remedy` says what to do next."""

    code: str
    sentence: str
    subject: str = ""
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Refused(Exception):
    """An action was not done. Nothing was written. `refusals` holds every reason."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals
        super().__init__("; ".join(refusal.sentence for refusal in refusals))

    @property
    def codes(self) -> list[str]:
        return [refusal.code for refusal in self.refusals]
