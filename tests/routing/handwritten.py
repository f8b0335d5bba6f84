"""The addresses written by hand in handwritten.tsv, and how an answer to one is judged."""

from dataclasses import dataclass
from pathlib import Path

from routing.addresses import Match, Verdict
from routing.communes import Gazetteer

FILE = Path(__file__).with_name("handwritten.tsv")


@dataclass(frozen=True)
class Handwritten:
    """One address. `truth`: the communes it may lie in, by id; `slip`: it is mistyped or was typed without its marks'
    input method.
    """

    text: str
    verdict: Verdict
    truth: tuple[int, ...]
    slip: bool

    def wrong(self, match: Match) -> bool:
        """Whether the answer is sure of something that is not so, or that the text does not decide."""
        if match.verdict is not Verdict.SURE:
            return False
        return self.verdict is not Verdict.SURE or match.candidates[0].commune_id not in self.truth

    def right(self, match: Match) -> bool:
        """Whether the true commune comes first; where the text does not decide, whether all are asked about."""
        offered = [candidate.commune_id for candidate in match.candidates]
        if self.verdict is Verdict.UNKNOWN:
            return match.verdict is Verdict.UNKNOWN
        if self.verdict is Verdict.ASK:
            return match.verdict is Verdict.ASK and set(self.truth) <= set(offered)
        return offered[:1] == list(self.truth)


def handwritten(gazetteer: Gazetteer) -> list[Handwritten]:
    """Every line of the file. Raises ValueError for a commune that is not there."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, verdict, communes, slip = (*line.split("\t"), "", "")[:4]
        truth = []
        for each in communes.split(" | ") if communes else []:
            name, _, province = each.rpartition(", ")
            commune = gazetteer.find(province, name)
            if commune is None:
                raise ValueError(f"{each} is no commune: {line}")
            truth.append(commune.id)
        found.append(
            Handwritten(
                text=text.replace("\\n", "\n"), verdict=Verdict(verdict), truth=tuple(truth), slip=slip == "slip"
            )
        )
    return found
