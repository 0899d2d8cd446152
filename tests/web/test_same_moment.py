"""Two people save the same thing at the very same moment: neither loses a word."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, Executable, event as listening, insert, select, update
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, Event, Participation, PersonTag, Programme
from tests.support.factories import Factory
from tests.web.desk import sit_down
from tests.web.html import Page, page
from tests.web.test_event_edits import fields

pytestmark = pytest.mark.both_databases
EVENT = "/en/programmes/here/events/june/"


@pytest.fixture
def here(session: Session) -> Programme:
    return Factory(session).programme(slug="here")


@pytest.fixture
def june(session: Session, here: Programme) -> Event:
    make = Factory(session)
    event = make.event(here, key="june")
    make.item(event, title={"en": "Welcome"})
    make.participation(event, make.person(here, name="Lina Haddad"), position={"en": "Teacher"})
    session.commit()
    return event


@pytest.fixture
def meanwhile(session: Session) -> Iterator[list[Executable]]:
    """What another session writes and commits right before the next one does."""
    bind, waiting = session.get_bind(), list[Executable]()

    def other(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if waiting and not statement.lstrip().upper().startswith("SELECT"):
            theirs = waiting.pop()
            with Session(bind) as second:
                second.execute(theirs)
                second.commit()

    listening.listen(Engine, "before_cursor_execute", other)
    yield waiting
    listening.remove(Engine, "before_cursor_execute", other)


def test_an_item_of_the_agenda(
    client: FlaskClient, session: Session, here: Programme, june: Event, meanwhile: list[Executable]
) -> None:
    sit_down(client, session, here)
    path = f"{EVENT}agenda/{june.agenda[0].uuid}/"
    typed = fields(page(client, path)) | {"title-en": "Mine"}
    changed = {"title": {"en": "Theirs"}, "version": AgendaItem.version + 1}
    meanwhile.append(update(AgendaItem).values(changed))
    answer = client.post(path, data=typed)
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert "Theirs" in Page(answer.text).text
    session.expire_all()
    assert june.agenda[0].title == {"en": "Theirs"}


def test_a_line_of_the_list(
    client: FlaskClient, session: Session, here: Programme, june: Event, meanwhile: list[Executable]
) -> None:
    sit_down(client, session, here)
    path = f"{EVENT}people/{june.participations[0].uuid}/"
    typed = fields(page(client, path)) | {"position-en": "Mine"}
    changed = {"position": {"en": "Theirs"}, "version": Participation.version + 1}
    meanwhile.append(update(Participation).values(changed))
    answer = client.post(path, data=typed)
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert "Theirs" in Page(answer.text).text


def test_the_same_row_is_made_twice(
    client: FlaskClient, session: Session, here: Programme, june: Event, meanwhile: list[Executable]
) -> None:
    """Then it is there once, and both have what they wanted."""
    sit_down(client, session, here)
    person = june.participations[0].person
    path = "/en/programmes/here/people/"
    token = page(client, path).fields["csrf_token"]
    tag = {"programme_id": here.id, "person_id": person.id, "tag": "panel", "uuid": uuid4()}
    meanwhile.append(insert(PersonTag).values(**tag))
    typed = {"csrf_token": token, "ticked": str(person.uuid), "tag": "panel"}
    answer = client.post(f"{path}tags/", data=typed)
    assert answer.status_code == 303, answer.text
    assert session.scalars(select(PersonTag.tag)).all() == ["panel"]
