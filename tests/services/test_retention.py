"""What is not kept: the list of what goes next is what the nightly act takes. And the history."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.retention import goes_on
from mmp.models import (
    Answer,
    Form,
    HistoryEntry,
    InboundMail,
    Matching,
    Participation,
    Person,
    Programme,
    Question,
    Response,
)
from mmp.models.enums import (
    ConsentPurpose,
    FormKind,
    InboundKind,
    InboundState,
    MembershipRole,
    QuestionKind,
    RetainedKind,
    Strength,
)
from mmp.services import consents, history, history_search, permissions, privacy, sessions
from mmp.services.history import HistoryIsKept
from tests.support.door import NOW
from tests.support.factories import Factory


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


def test_what_goes_next_is_what_goes(session: Session, make: Factory) -> None:
    here = make.programme()
    event = make.event(here)
    lina, ana = make.person(here, name="Lina Haddad"), make.person(here, name="Ana Reis")
    for person in (lina, ana):
        make.participation(event, person, answer_note="I bring a lamp")
    consents.say(
        session, now=NOW, actor=ana, person=ana, purpose=ConsentPurpose.ALUMNI_CONTACT, given=True
    )
    for kind, months in ((RetainedKind.ANSWER_NOTES, 1), (RetainedKind.PEOPLE, 2)):
        privacy.keep_for(session, now=NOW, actor=None, programme=here, kind=kind, months=months)
    session.commit()
    kept = {one.kind: one for one in privacy.kept_in(session, now=NOW, programme=here)}
    assert (kept[RetainedKind.ANSWER_NOTES].goes, kept[RetainedKind.ANSWER_NOTES].rows) == (
        date(2026, 7, 18),
        2,
    )
    assert (kept[RetainedKind.PEOPLE].goes, kept[RetainedKind.PEOPLE].rows) == (
        date(2026, 8, 18),
        1,
    )
    assert privacy.let_go(session, now=datetime.fromisoformat("2026-07-17T12:00+00:00")) == 0
    assert privacy.let_go(session, now=datetime.fromisoformat("2026-07-18T12:00+00:00")) == 2
    session.expire_all()
    assert set(session.scalars(select(Participation.answer_note))) == {None}
    later = datetime.fromisoformat("2026-08-18T12:00+00:00")
    assert privacy.let_go(session, now=later) == 1
    assert privacy.let_go(session, now=later) == 0
    session.expire_all()
    assert (lina.erased_at, ana.erased_at) == (later, None)


def test_mails_about_no_programme_go_by_themselves(session: Session) -> None:
    for days in (0, 91):
        session.add(
            InboundMail(
                fingerprint=f"{days:064}",
                received_at=NOW - timedelta(days=days),
                kind=InboundKind.OTHER,
                state=InboundState.OPEN,
                details={"comment": "Who are you?"},
            )
        )
    session.commit()
    assert (privacy.let_go(session, now=NOW), privacy.let_go(session, now=NOW)) == (1, 0)
    assert session.scalars(select(InboundMail.received_at)).all() == [NOW]


def _round(session: Session, here: Programme, lina: Person, key: str) -> Matching:
    """One of matching, with a wish."""
    form = Form(
        key=key, kind=FormKind.WISHES, title={"en": "Wishes"}, created_at=NOW, changed_at=NOW
    )
    form.programme_id = here.id
    question = Question(key="whom", position=0, kind=QuestionKind.PERSON, text={"en": "Whom?"})
    response = Response(submitted_at=NOW, person=lina)
    response.answers.append(Answer(value=[str(lina.uuid)], question=question))
    form.questions.append(question)
    form.responses.append(response)
    row = Matching(programme=here, form=form, created_at=NOW, changed_at=NOW)
    session.add(row)
    return row


def test_wishes_go_once_their_pairs_are_published(session: Session, make: Factory) -> None:
    here = make.programme()
    make.event(here)
    first, second = (_round(session, here, make.person(here), key) for key in ("one", "two"))
    first.published_at = NOW - timedelta(days=200)
    session.commit()
    assert privacy.let_go(session, now=NOW) == 0, "one round is still open"
    second.published_at = datetime.fromisoformat("2026-06-01T12:00+00:00")
    session.commit()
    kept = {one.kind: one for one in privacy.kept_in(session, now=NOW, programme=here)}
    assert (kept[RetainedKind.WISHES].goes, kept[RetainedKind.WISHES].rows) == (
        date(2026, 9, 1),
        2,
    )
    assert privacy.let_go(session, now=datetime.fromisoformat("2026-09-01T12:00+00:00")) == 2
    for table in (Matching, Form, Response, Answer):
        assert session.scalars(select(table.id)).all() == []


def test_nobody_is_erased_by_a_default(session: Session, make: Factory) -> None:
    here = make.programme()
    make.event(here)
    person = make.person(here)
    session.commit()
    assert privacy.let_go(session, now=NOW + timedelta(days=4000)) == 0
    assert person.erased_at is None


def test_months_have_bounds(session: Session, make: Factory) -> None:
    with pytest.raises(UserError):
        privacy.keep_for(
            session,
            now=NOW,
            actor=None,
            programme=make.programme(),
            kind=RetainedKind.PEOPLE,
            months=-1,
        )
    assert goes_on(date(2026, 10, 31), 4) == date(2027, 2, 28)


def entry(session: Session, make: Factory) -> HistoryEntry:
    here = make.programme()
    person = make.person(here)
    return history.record(
        session,
        now=NOW,
        actor=person,
        programme=here,
        kind="person",
        uuid=person.uuid,
        action="changed",
        changes={"name": ["Lina", "Lina Haddad"]},
    )


def test_the_history_cannot_be_changed(session: Session, make: Factory) -> None:
    row = entry(session, make)
    session.commit()
    row.action = "nothing"
    with pytest.raises(HistoryIsKept):
        session.commit()
    session.rollback()
    session.delete(row)
    with pytest.raises(HistoryIsKept):
        session.commit()
    session.rollback()
    for statement in (update(HistoryEntry).values(action="x"), delete(HistoryEntry)):
        with pytest.raises(HistoryIsKept):
            session.execute(statement)
    session.rollback()
    assert row.action == "changed"


def test_who_may_read_the_history_of_what(session: Session, make: Factory) -> None:
    row = entry(session, make)
    here = row.programme
    assert here is not None
    found = {}
    for role in MembershipRole:
        reader = make.person(here, role)
        _, token = sessions.start(session, now=NOW, person=reader, strength=Strength.STRONG)
        actor = permissions.actor_of(session, now=NOW, token=token)
        rows, _more = history_search.find_history(
            session, actor, here, history_search.Wanted(text="haddad")
        )
        found[role] = len(rows)
    assert found == dict.fromkeys(MembershipRole, 0) | {MembershipRole.COORDINATOR: 1}
    assert session.scalar(select(Person.erased_at).where(Person.id == row.actor_id)) is None
