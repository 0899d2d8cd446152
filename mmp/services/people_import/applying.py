"""Saving an import, some rows at a time: what is done and how far stand in the same commit, so that
whoever goes on after a crash goes on exactly there."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Event, Participation, PeopleImport, Person
from mmp.models.enums import ImportState
from mmp.services import history
from mmp.services.participants import add_people
from mmp.services.people_import.checking import read
from mmp.services.people_import.drafts import lines
from mmp.services.people_import.matching import Fate, Match
from mmp.services.people_import.pairing import make_pairs
from mmp.services.people_import.planning import Known, Mode, Planned, chunks, plan_row
from mmp.services.people_import.review import Review
from mmp.services.people_import.rows import Row
from mmp.services.people_import.writing import Writer, Written
from mmp.services.permissions import Actor

CHUNK = 500
"""Rows of one commit: others write in between, and a page of so many is saved at once."""
_MODES = {
    "same": Mode.FILL,
    "over": Mode.OVERWRITE,
    "here": Mode.LEAVE,
}


def start(
    session: Session,
    *,
    actor: Person,
    now: datetime,
    draft: PeopleImport,
    version: int,
    seen: Review,
) -> None:
    """Decide that the import is saved as it was seen; `carry_on` does it.

    Raises UserError while something is left to mend or decide, and StaleEdit where somebody changed
    the import meanwhile.
    """
    if draft.state is not ImportState.DRAFT or draft.version != version:
        raise StaleEdit("Somebody changed this import meanwhile; look at it once more.")
    if not seen.ready:
        raise UserError("Mend and decide what is left in the rows first.")
    draft.made = {
        "plan": {
            "fates": {
                str(number): _said(one)
                for number, one in seen.matches.items()
                if one.fate is not Fate.NEW
            },
            "partners": {str(row): whom for row, whom in seen.companions.partners.items()},
            "events": {str(row): keys for row, keys in seen.companions.events.items() if keys},
        }
    }
    draft.state, draft.actor, draft.changed_at = ImportState.APPLYING, actor, now
    session.flush()


def _said(one: Match) -> str:
    match one.fate:
        case Fate.SAME if one.known_elsewhere:
            return f"here:{one.person}"
        case Fate.SAME:
            return f"same:{one.person}"
        case Fate.OVERWRITE:
            return f"over:{one.person}"
        case Fate.MERGED:
            return f"row:{one.number}"
        case _:
            return one.fate.value


def carry_on(session: Session, *, now: datetime, number: int, store: Path) -> bool:
    """Save the next rows of an import, by its internal number; whether some are left. Flushes; what
    calls it commits, or nothing of it was done. Where another worker does it, nothing is done."""
    draft = session.get(PeopleImport, number, populate_existing=True)
    if draft is None or draft.state is not ImportState.APPLYING:
        return False
    mine = update(PeopleImport).where(
        PeopleImport.id == number,
        PeopleImport.state == ImportState.APPLYING,
        PeopleImport.done == draft.done,
        PeopleImport.version == draft.version,
    )
    taken: Any = session.execute(
        mine.values(changed_at=now).execution_options(synchronize_session=False)
    )
    if not taken.rowcount:
        session.rollback()
        return False
    return _Step(session, now, draft, store).run()


class _Step:
    """The next rows of one import."""

    def __init__(self, session: Session, now: datetime, draft: PeopleImport, store: Path) -> None:
        self.session, self.now, self.draft, self.store = session, now, draft, store
        self.plan: Mapping[str, Any] = draft.made["plan"]
        self.made: dict[str, Any] = {
            "created": [*draft.made.get("created", ())],
            "changed": dict(draft.made.get("changed", {})),
            "roles": [*draft.made.get("roles", ())],
            "organisations": [*draft.made.get("organisations", ())],
            "invited": [*draft.made.get("invited", ())],
            "versions": dict(draft.made.get("versions", {})),
            "people": dict(draft.made.get("people", {})),
        }
        fates = self.plan["fates"].values()
        merged = {fate.partition(":")[2] for fate in fates if fate.startswith("row:")}
        paired = {str(whom) for whom in self.plan["partners"].values()}
        self.needed = merged | paired | set(self.plan["partners"])
        """Rows of which later ones must know who they are."""

    def run(self) -> bool:
        source = lines(self.draft, self.store, self.draft.done)
        found = list(read(self.draft, islice(source, CHUNK)))
        rows = [row for number, _, row, _ in found if row and self._fate(number) != "skipped"]
        written = self._write(rows)
        self._note(written)
        self._invite(rows, written)
        self.draft.done += len(found)
        more = self.draft.done < self.draft.rows and bool(found)
        self.draft.made = {"plan": self.plan} | self.made
        if not more:
            self._finish()
        self.session.flush()
        return more

    def _fate(self, number: int) -> str:
        return str(self.plan["fates"].get(str(number), "new"))

    def _write(self, rows: list[Row]) -> Written:
        """First who is somebody by themselves, then who is one with an earlier row."""
        writer = Writer(
            self.session,
            programme=self.draft.programme,
            actor=self.draft.actor,
            now=self.now,
            source=self.draft.filename,
        )
        alone = [row for row in rows if not self._fate(row.number).startswith("row:")]
        written = writer.write(self._planned(alone, {}))
        merged = [row for row in rows if self._fate(row.number).startswith("row:")]
        if merged:
            known = dict(self.made["people"])
            known |= {str(number): str(uuid) for number, uuid in written.people.items()}
            more = writer.write(self._planned(merged, known))
            written.people |= more.people
            written.created += more.created
            written.changed |= {
                uuid: more.changed[uuid] | written.changed.get(uuid, {}) for uuid in more.changed
            }
            written.roles += more.roles
            written.organisations += more.organisations
        return written

    def _planned(self, rows: list[Row], people: Mapping[str, str]) -> list[Planned]:
        whom = {}
        for row in rows:
            kind, _, value = self._fate(row.number).partition(":")
            meant = people.get(value) if kind == "row" else value
            if meant and kind in (*_MODES, "row"):
                whom[row.number] = (UUID(meant), _MODES.get(kind, Mode.FILL))
        known = Known(self.session, self.draft.programme, rows, [uuid for uuid, _ in whom.values()])
        planned = []
        for row in rows:
            uuid, mode = whom.get(row.number, (UUID(int=0), Mode.FILL))
            person = known.by_uuid.get(uuid)
            # Who came in since the rows were looked at is nobody new either.
            person = person or known.person(row)
            kept = row if person is None else _without_address(row, person)
            planned.append(plan_row(kept, person, self.draft.programme, known, mode))
        return planned

    def _note(self, written: Written) -> None:
        made = self.made
        made["created"] += written.created
        new = set(made["created"])
        for uuid, changes in written.changed.items():
            if uuid in new:
                made["versions"][uuid] = made["versions"].get(uuid, 1) + 1
            else:
                before = made["changed"].get(uuid, {})
                made["changed"][uuid] = {
                    name: [before[name][0] if name in before else old, now]
                    for name, (old, now) in ({**before, **changes}).items()
                }
        made["roles"] += [role for role in written.roles if role[0] not in new]
        made["organisations"] += written.organisations
        made["people"] |= {
            str(number): str(uuid)
            for number, uuid in written.people.items()
            if str(number) in self.needed
        }

    def _invite(self, rows: Iterable[Row], written: Written) -> None:
        wanted: dict[str, list[UUID]] = {}
        for row in rows:
            for key in self.plan["events"].get(str(row.number), ()):
                wanted.setdefault(key, []).append(written.people[row.number])
        actor = Actor(person_id=self.draft.actor_id)
        for key, uuids in wanted.items():
            event = self.session.scalar(
                select(Event).where(Event.programme_id == self.draft.programme_id, Event.key == key)
            )
            if event is None or actor.person_id is None:
                continue
            people = _people(self.session, uuids)
            there = set(self._listed(event))
            add_people(self.session, actor=actor, now=self.now, event=event, people=people)
            came = [uuid for uuid in self._listed(event) if uuid not in there]
            self.made["invited"] += [str(uuid) for uuid in came]

    def _listed(self, event: Event) -> Iterable[UUID]:
        return self.session.scalars(
            select(Participation.uuid).where(Participation.event_id == event.id)
        ).all()

    def _finish(self) -> None:
        draft = self.draft
        self.made |= make_pairs(
            self.session,
            now=self.now,
            draft=draft,
            partners=self.plan["partners"],
            people=self.made["people"],
        )
        draft.made = {name: value for name, value in self.made.items() if name != "people"}
        draft.mended, draft.decisions = {}, {}
        draft.state, draft.changed_at = ImportState.APPLIED, self.now
        counts = {name: [0, len(self.made[name])] for name in ("created", "changed", "pairs")}
        history.record(
            self.session,
            now=self.now,
            actor=draft.actor,
            programme=draft.programme,
            kind="people_import",
            uuid=draft.uuid,
            action="applied",
            changes={"file": [None, draft.filename]} | counts,
        )


def _without_address(row: Row, person: Person) -> Row:
    """The address of somebody who is here stays: it is how they are known, and how they sign in."""
    if person.email is None or row.given.get("email") in (None, person.email):
        return row
    given = {name: value for name, value in row.given.items() if name != "email"}
    return Row(
        row.number, row.name, None, row.role, row.organisation, given, row.derived, row.partner
    )


def _people(session: Session, uuids: Iterable[UUID]) -> list[Person]:
    return [
        person
        for chunk in chunks(uuids)
        for person in session.scalars(select(Person).where(Person.uuid.in_(chunk)))
    ]
