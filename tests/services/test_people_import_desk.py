"""An import at the desk: mended, decided, saved once, taken back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import (
    Event,
    HistoryEntry,
    Membership,
    Organisation,
    Pair,
    Participation,
    PeopleImport,
    Person,
    Programme,
)
from mmp.models.enums import Gender, ImportState, MembershipRole, Partstat, Strength
from mmp.services import people_import as imports, permissions, sessions
from mmp.services.people_import import Fate, Review, Since, Typed
from mmp.services.permissions import Actor
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)


class Desk:
    """A coordinator of a programme who imports."""

    def __init__(self, session: Session, store: Path) -> None:
        self.session, self.store, self.make = session, store, Factory(session)
        self.programme: Programme = self.make.programme(slug="here")
        self.me = self.make.person(self.programme, MembershipRole.COORDINATOR, name="Kerstin Berg")
        _, token = sessions.start(session, now=NOW, person=self.me, strength=Strength.STRONG)
        session.commit()
        self.actor: Actor = permissions.actor_of(session, now=NOW, token=token)

    def begin(self, text: str | bytes, uuid: UUID | None = None) -> PeopleImport:
        draft = imports.begin(
            self.session,
            actor=self.actor,
            now=NOW,
            programme=self.programme,
            uuid=uuid or uuid4(),
            filename="people.csv",
            data=text.encode() if isinstance(text, str) else text,
            store=self.store,
        )
        self.session.commit()
        return draft

    def review(self, draft: PeopleImport) -> Review:
        return imports.review(self.session, self.actor, self.programme, draft, self.store)

    def mend(self, draft: PeopleImport, **typed: Any) -> imports.Clash:
        decisions = {int(row[1:]): Typed("", said) for row, said in typed.items() if "_" not in row}
        cells = {
            (int(name.split("_")[0][1:]), name.split("_", 1)[1]): said
            for name, said in typed.items()
            if "_" in name
        }
        shown = {
            (number, name): text
            for number, texts in imports.texts(draft, self.store, {row for row, _ in cells})
            for name, text in texts.items()
        }
        clash = imports.mend(
            self.session,
            now=NOW,
            draft=draft,
            shown=shown,
            cells={
                at: said if isinstance(said, Typed) else Typed(shown.get(at, ""), said)
                for at, said in cells.items()
            },
            decisions=decisions,
        )
        self.session.commit()
        return clash

    def save(self, draft: PeopleImport) -> PeopleImport:
        self.start(draft)
        while imports.carry_on(self.session, now=NOW, number=draft.id, store=self.store):
            self.session.commit()
        self.session.commit()
        return draft

    def start(self, draft: PeopleImport) -> None:
        imports.start(
            self.session,
            actor=self.me,
            now=NOW,
            draft=draft,
            version=draft.version,
            seen=self.review(draft),
        )
        self.session.commit()

    def undo(self, draft: PeopleImport) -> imports.Undoing:
        found = imports.undo(self.session, actor=self.me, now=NOW, row=draft, version=draft.version)
        self.session.commit()
        return found

    def bring(self, text: str) -> PeopleImport:
        return self.save(self.begin(text))

    def count(self, kind: type[Any]) -> int:
        return self.session.scalar(select(func.count()).select_from(kind)) or 0

    def person(self, email: str) -> Person:
        return self.session.scalars(select(Person).where(Person.email == email)).one()


@pytest.fixture
def desk(session: Session, settings: Settings) -> Desk:
    return Desk(session, settings.documents)


def test_a_faulty_cell_is_mended_and_all_are_saved(desk: Desk) -> None:
    draft = desk.begin("Namn;E-post;Land\nLina Haddad;lina@example.org;Jordan\nErik;nobody;Lybia\n")
    assert draft.columns["map"] == ["name", "email", "country"]
    seen = desk.review(draft)
    assert {problem.path for problem in seen.problems[3]} == {"email", "country"}
    with pytest.raises(UserError, match="Mend and decide"):
        desk.start(draft)
    desk.mend(draft, r3_email="erik@example.org", r3_country="Libya")
    desk.save(draft)
    assert draft.state is ImportState.APPLIED
    assert desk.person("erik@example.org").country == "LY"
    assert desk.person("erik@example.org").languages == []
    assert desk.session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all() == [
        "created",
        "created",
        "applied",
    ]


def test_nothing_is_saved_before_the_last_step(desk: Desk) -> None:
    draft = desk.begin("name\nLina\n")
    desk.review(draft)
    assert desk.count(Person) == 1


def test_the_same_file_sent_twice_is_one_import(desk: Desk) -> None:
    uuid = uuid4()
    assert desk.begin("name\nLina\n", uuid) is desk.begin("name\nLina\n", uuid)


def test_saved_twice_it_is_saved_once(desk: Desk) -> None:
    draft = desk.begin("name\nLina\n")
    version, seen = draft.version, desk.review(draft)
    desk.save(draft)
    with pytest.raises(StaleEdit):
        imports.start(desk.session, actor=desk.me, now=NOW, draft=draft, version=version, seen=seen)
    assert not imports.carry_on(desk.session, now=NOW, number=draft.id, store=desk.store)
    assert desk.count(Person) == 2


def test_a_likely_double_has_to_be_decided(desk: Desk) -> None:
    known = desk.make.person(desk.programme, name="Maria Pettilo", email="mp@example.org")
    desk.session.commit()
    draft = desk.begin("name,gender,country\nMaria Petillo,woman,Jordan\nNora Lind,,\n")
    seen = desk.review(draft)
    (offer,) = seen.matches[2].offers
    assert (seen.open, offer.name, offer.decision) == ([2], "Maria Pettilo", f"same:{known.uuid}")
    desk.mend(draft, r2=offer.decision)
    desk.save(draft)
    desk.session.refresh(known)
    assert (known.name, known.gender, known.country) == ("Maria Pettilo", Gender.WOMAN, "SE")
    assert desk.count(Person) == 3


def test_who_is_ticked_is_overwritten_but_for_the_address(desk: Desk) -> None:
    known = desk.make.person(desk.programme, name="Maria Pettilo", email="mp@example.org")
    desk.session.commit()
    draft = desk.begin("name,email,country\nMaria Petillo,other@example.org,Jordan\n")
    desk.mend(draft, r2=f"over:{known.uuid}")
    desk.save(draft)
    desk.session.refresh(known)
    assert (known.name, known.country, known.email) == ("Maria Petillo", "JO", "mp@example.org")


def test_two_rows_of_one_person_become_one(desk: Desk) -> None:
    draft = desk.begin("name,email,country\nMaria Pettilo,mp@example.org,\nMaria Petillo,,Jordan\n")
    assert desk.review(draft).open == [3]
    desk.mend(draft, r3="row:2")
    desk.save(draft)
    assert desk.count(Person) == 2
    assert desk.person("mp@example.org").country == "JO"
    desk.undo(draft)
    assert desk.count(Person) == 1


def test_two_people_who_swap_addresses_are_asked_about(desk: Desk) -> None:
    for name, email in (("Lina Haddad", "lina@example.org"), ("Erik Lind", "erik@example.org")):
        desk.make.person(desk.programme, name=name, email=email)
    desk.session.commit()
    draft = desk.begin("name,email\nLina Haddad,erik@example.org\nErik Lind,lina@example.org\n")
    seen = desk.review(draft)
    assert seen.open == [2, 3]
    desk.mend(draft, r2="new")
    assert desk.review(draft).open == [2, 3]
    lina = next(one for one in seen.matches[2].offers if one.name == "Lina Haddad")
    erik = next(one for one in seen.matches[3].offers if one.name == "Erik Lind")
    desk.session.refresh(draft)
    draft.decisions = {"2": lina.decision, "3": erik.decision}
    desk.session.commit()
    desk.save(draft)
    assert desk.person("lina@example.org").name == "Lina Haddad"
    assert desk.count(Person) == 3


def test_who_is_elsewhere_gets_a_part_and_nothing_else(desk: Desk) -> None:
    there = desk.make.programme(slug="there")
    stranger = desk.make.person(there, name="Omar Saleh", email="omar@example.org", country=None)
    desk.session.commit()
    draft = desk.begin("name,email,country\nO. S.,omar@example.org,Jordan\n")
    found = desk.review(draft).matches[2]
    assert (found.fate, found.known_elsewhere, found.name) == (Fate.SAME, True, "")
    desk.save(draft)
    desk.session.refresh(stranger)
    assert (stranger.name, stranger.country) == ("Omar Saleh", None)
    assert len(stranger.memberships) == 2


def test_partners_and_events_come_with_the_people(desk: Desk) -> None:
    event = desk.make.event(desk.programme, key="june", title={"en": "Meeting, in June"})
    desk.session.commit()
    draft = desk.begin(
        "name;email;partner;invite to\nLina Haddad;lina@example.org;Erik Lind;Meeting, in June\n"
        "Erik Lind;erik@example.org;lina@example.org;june\nNora;;Nobody;july\n"
    )
    assert [problem.path for problem in desk.review(draft).problems[4]] == ["partner", "invite_to"]
    desk.mend(draft, r4_partner="", r4_invite_to="")
    desk.save(draft)
    (pair,) = desk.session.scalars(select(Pair)).all()
    assert {member.person.name for member in pair.members} == {"Lina Haddad", "Erik Lind"}
    assert len(event.participations) == 2
    desk.undo(draft)
    assert [desk.count(kind) for kind in (Pair, Participation, Person)] == [0, 0, 1]


def test_an_import_is_taken_back_as_a_whole(desk: Desk) -> None:
    known = desk.make.person(desk.programme, name="Maria Pettilo", email="mp@example.org")
    desk.session.commit()
    draft = desk.bring(
        "name,email,organisation,gender,role\nMaria Pettilo,mp@example.org,Atlas,woman,guest\n"
        "Nora Lind,nora@example.org,Atlas,woman,guest\n"
    )
    assert (desk.count(Person), desk.count(Organisation)) == (3, 1)
    found = desk.undo(draft)
    assert [len(found.going), len(found.staying), len(found.restored)] == [1, 0, 1]
    desk.session.refresh(known)
    assert (known.organisation_id, known.gender) == (None, Gender.NOT_STATED)
    assert (desk.count(Person), desk.count(Organisation), desk.count(Membership)) == (2, 0, 2)
    with pytest.raises(StaleEdit):
        desk.undo(draft)


def test_who_did_something_meanwhile_stays(desk: Desk) -> None:
    event = desk.make.event(desk.programme, key="june")
    desk.session.commit()
    draft = desk.bring(
        "name,email,invite to\nAnswered,a@example.org,june\nSigned,b@example.org,\n"
        "Changed,c@example.org,june\nGone,d@example.org,june\n"
    )
    participation = next(one for one in event.participations if one.person.name == "Answered")
    participation.partstat = Partstat.ACCEPTED
    sessions.start(
        desk.session, now=NOW, person=desk.person("b@example.org"), strength=Strength.LINK
    )
    desk.person("c@example.org").country = "JO"
    desk.session.commit()
    found = desk.undo(draft)
    assert {(person.name, why) for person, why in found.staying} == {
        ("Answered", Since.ANSWERED),
        ("Signed", Since.SIGNED_IN),
        ("Changed", Since.CHANGED),
    }
    assert desk.count(Person) == 4


def test_what_is_mended_once_is_mended_in_every_row_alike() -> None:
    faulty = {(2, "zone"): "CET", (3, "zone"): "CET", (4, "zone"): "Amman", (5, "email"): "CET"}
    typed = {(2, "zone"): Typed("CET", "Europe/Berlin"), (3, "zone"): Typed("CET", "CET")}
    assert imports.alike(typed, faulty) == {(3, "zone"): Typed("CET", "Europe/Berlin")}
    typed |= {(3, "zone"): Typed("CET", "Europe/Paris")}
    assert imports.alike(typed, faulty | {(6, "zone"): "CET"}) == {}  # which of the two?
    assert imports.alike({(5, "email"): Typed("CET", "a@b.org")}, faulty) == {}


def test_nothing_typed_is_lost_when_two_mend_at_once(desk: Desk) -> None:
    draft = desk.begin("name,email\nLina,nobody\n")
    desk.mend(draft, r2_email=Typed("nobody", "lina@example.org"))
    clash = desk.mend(
        draft, r2_email=Typed("nobody", "l.haddad@example.org"), r2_name=Typed("Lina", "Lina H")
    )
    assert clash.cells == {(2, "email"): "lina@example.org"}
    assert draft.mended == {"2": {"email": "lina@example.org", "name": "Lina H"}}


def test_another_programmes_import_is_not_there(desk: Desk) -> None:
    draft = desk.begin("name\nLina\n")
    there = desk.make.programme(slug="there")
    with pytest.raises(NotFound):
        imports.import_of(desk.session, desk.actor, there, draft.uuid)


def test_whoever_goes_on_goes_on_where_it_stopped(desk: Desk) -> None:
    """Killed between two commits: what was committed counts once, the rest follows."""
    many = "".join(f"Person {n},p{n}@example.org\n" for n in range(1_100))
    draft = desk.begin(f"name,email\n{many}")
    desk.start(draft)
    assert imports.carry_on(desk.session, now=NOW, number=draft.id, store=desk.store)
    desk.session.commit()
    assert imports.carry_on(desk.session, now=NOW, number=draft.id, store=desk.store)
    desk.session.rollback()
    assert (desk.count(Person), draft.done) == (501, 500)
    while imports.carry_on(desk.session, now=NOW, number=draft.id, store=desk.store):
        desk.session.commit()
    desk.session.commit()
    assert (desk.count(Person), draft.done) == (1_101, 1_100)
    assert desk.count(HistoryEntry) == 1_101
    desk.undo(draft)
    assert desk.count(Person) == 1


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    (
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("cp1256", "windows-1256"),
    ),
)
def test_arabic_in_its_encodings(desk: Desk, encoding: str, guessed: str) -> None:
    draft = desk.begin("الاسم,البلد\nلينا حداد,الأردن\n".encode(encoding))
    assert draft.columns["encoding"] == guessed
    assert desk.review(draft).checked.people[2].name == "لينا حداد"


def test_french_and_swedish_in_their_old_encoding(desk: Desk) -> None:
    draft = desk.begin("Prénom;Nom\nJérôme;Lefèvre\nÅsa;Öberg\n".encode("cp1252"))
    assert draft.columns["encoding"] == "windows-1252"
    people = desk.review(draft).checked.people
    assert [person.name for person in people.values()] == ["Jérôme Lefèvre", "Åsa Öberg"]


def test_lines_of_two_encodings_are_each_read_in_theirs(desk: Desk) -> None:
    lines = ["name", "Åsa", "لينا", "Zoë", "Jérôme"]
    data = b"\n".join(line.encode("cp1256" if line == "لينا" else "utf-8") for line in lines)
    draft = desk.begin(data + b"\n")
    assert draft.columns["encoding"] == "mixed"
    assert [one.name for one in desk.review(draft).checked.people.values()] == lines[1:]


def test_a_wrong_guess_is_put_right(desk: Desk) -> None:
    draft = desk.begin("name|country\nJérôme Öberg|France\n".encode("cp1252"))
    layout = imports.Layout(encoding="windows-1256", delimiter="|")
    imports.read_anew(desk.session, now=NOW, row=draft, layout=layout, store=desk.store)
    assert desk.review(draft).checked.people[2].name != "Jérôme Öberg"
    layout = imports.Layout(encoding="windows-1252", delimiter="|")
    imports.read_anew(desk.session, now=NOW, row=draft, layout=layout, store=desk.store)
    assert desk.review(draft).checked.people[2].name == "Jérôme Öberg"


def test_a_huge_cell_and_a_formula_are_told_beside_the_cell(desk: Desk) -> None:
    draft = desk.begin(f'name,position\nLina,"{"x" * (5 << 20)}"\nErik,=1+1\n')
    found = desk.review(draft).problems
    assert "At most 300 characters" in str(found[2][0])
    assert "This is a formula" in str(found[3][0])


def test_two_columns_of_one_name_are_not_confused(desk: Desk) -> None:
    draft = desk.begin("name,email,E-mail\nLina,lina@example.org,l@example.org\n")
    assert draft.columns["map"] == ["name", "email", ""]
    with pytest.raises(UserError, match="Two columns"):
        imports.choose_columns(
            desk.session,
            now=NOW,
            row=draft,
            version=draft.version,
            mapped=["name", "email", "email"],
            role=MembershipRole.GUEST,
            overwrite=False,
        )


def test_the_file_goes_when_it_is_not_needed_any_more(desk: Desk) -> None:
    draft = desk.begin("name\nLina\n")
    assert (desk.store / draft.sha256).is_file()
    imports.discard(desk.session, draft, desk.store)
    assert [path for path in desk.store.rglob("*") if path.is_file()] == []


def test_events_are_only_the_programmes_own(desk: Desk) -> None:
    there = desk.make.programme(slug="there")
    desk.make.event(there, key="theirs")
    desk.session.commit()
    draft = desk.begin("name,invite to\nLina,theirs\n")
    assert "There is no event" in str(desk.review(draft).problems[2][0])
    assert desk.count(Event) == 1
