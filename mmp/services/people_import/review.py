"""An import as a coordinator looks at it before anything is saved."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from mmp.core.errors import Problem
from mmp.models import PeopleImport, Programme
from mmp.models.enums import MembershipRole, StakeholderGroup
from mmp.services.people_import.checking import Checked, check, read
from mmp.services.people_import.companions import Companions, companions
from mmp.services.people_import.drafts import lines
from mmp.services.people_import.matching import Fate, Match, match
from mmp.services.permissions import Actor

_COMING = (Fate.NEW, Fate.SAME, Fate.OVERWRITE)


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that is known of the rows."""

    checked: Checked
    matches: Mapping[int, Match]
    companions: Companions
    problems: Mapping[int, list[Problem]]

    @property
    def open(self) -> list[int]:
        """Rows that may be somebody who is known, about which nothing was said yet."""
        return [number for number, one in self.matches.items() if one.fate is Fate.OPEN]

    @property
    def ready(self) -> bool:
        """Whether it can be saved."""
        return not self.problems and not self.open

    @property
    def attention(self) -> list[int]:
        """Rows with something to mend or decide, in their order."""
        return sorted({*self.problems, *self.open})

    @property
    def fates(self) -> Counter[Fate]:
        return Counter(one.fate for one in self.matches.values())

    @property
    def coming(self) -> list[int]:
        """Rows that stand for one person each."""
        return [number for number, one in self.matches.items() if one.fate in _COMING]

    @property
    def roles(self) -> Counter[MembershipRole]:
        return Counter(self.checked.with_role[number] for number in self.coming)

    @property
    def sectors(self) -> Counter[StakeholderGroup | None]:
        return Counter(self.checked.with_sector[number] for number in self.coming)

    @property
    def pairs(self) -> int:
        """How many pairs the rows name."""
        return len(
            {
                frozenset((str(number), str(whom)))
                for number, whom in self.companions.partners.items()
                if number in self.matches and self.matches[number].fate is not Fate.SKIPPED
            }
        )

    @property
    def events(self) -> Counter[str]:
        """How many people come onto the list of each event, by its key."""
        return Counter(
            key for number in self.coming for key in self.companions.events.get(number, ())
        )


def review(
    session: Session, actor: Actor, programme: Programme, draft: PeopleImport, store: Path
) -> Review:
    """Look through an import. A handful of statements, whatever its rows."""
    checked = check(draft, store)
    matches = match(session, actor, programme, draft, checked)
    others = companions(session, programme, checked, draft.filename)
    problems = {
        number: [*checked.problems.get(number, ()), *others.problems.get(number, ())]
        for number in {*checked.problems, *others.problems}
    }
    return Review(checked, matches, others, problems)


def texts(
    draft: PeopleImport, store: Path, wanted: set[int]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The cells of some rows by the names of their columns, with what was typed over them."""
    rows = (line for line in lines(draft, store) if line.number in wanted)
    for number, cells, _row, _problems in read(draft, rows):
        yield number, dict(cells)
