"""The desk's verbs on both databases: what is taken away comes back as it was."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import Event, HistoryEntry, Participation, Programme, Theme
from mmp.models.enums import (
    AttendanceForm,
    Entry,
    EventStatus,
    MembershipRole,
    Partstat,
    Strength,
)
from mmp.services import (
    agenda_edits,
    desk,
    documents,
    events as rules,
    participants,
    permissions,
    sessions,
)
from mmp.services.agenda_edits import ItemValues
from mmp.services.documents import Owner, Upload
from mmp.services.participants import LineValues
from mmp.services.permissions import NOBODY, Actor
from tests.support.factories import Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@dataclass
class Scene:
    """A programme with an event, and who runs it."""

    session: Session
    make: Factory
    here: Programme
    autumn: Event
    actor: Actor

    def event(self) -> Event:
        return agenda_edits.event_with_agenda(self.session, self.actor, "here", "autumn")


@pytest.fixture
def scene(session: Session) -> Scene:
    make = Factory(session)
    here = make.programme(slug="here")
    autumn = make.event(here, timed(datetime(2026, 9, 28, 9), 480, "Asia/Amman"), key="autumn")
    planner = make.person(here, MembershipRole.COORDINATOR)
    _, token = sessions.start(session, now=NOW, person=planner, strength=Strength.STRONG)
    return Scene(session, make, here, autumn, permissions.actor_of(session, now=NOW, token=token))


def test_an_event_is_found_by_who_plans_it_alone(scene: Scene) -> None:
    assert desk.planned_event(scene.session, scene.actor, "here", "autumn") is scene.autumn
    pair = scene.make.pair(scene.here, scene.make.person(scene.here), scene.make.person(scene.here))
    scene.make.event(scene.here, key="talk", pair=pair)
    for actor, key in ((NOBODY, "autumn"), (scene.actor, "talk"), (scene.actor, "none")):
        with pytest.raises(NotFound):
            desk.planned_event(scene.session, actor, "here", key)


def test_an_agenda_item_comes_back_whole(scene: Scene) -> None:
    lina = scene.make.person(scene.here)
    outer = scene.make.item(scene.autumn, datetime(2026, 9, 28, 9), 60, sequence=4)
    inner = scene.make.item(scene.autumn, datetime(2026, 9, 28, 9), parent=outer)
    scene.make.role(inner, person=lina)
    before = {row.uid: (row.starts_at, row.created_at, row.kind) for row in (outer, inner)}
    common = {"actor": scene.actor, "now": LATER}
    removed = agenda_edits.remove_item(scene.session, event=scene.event(), item=outer, **common)  # type: ignore[arg-type]  # as named
    scene.session.commit()
    scene.session.expire_all()
    assert scene.event().agenda == []
    for _ in range(2):
        agenda_edits.restore_item(scene.session, event=scene.event(), removed=removed, **common)  # type: ignore[arg-type]  # as named
        scene.session.commit()
        scene.session.expire_all()
    rows = {row.uid: row for row in scene.event().agenda}
    assert {uid: (row.starts_at, row.created_at, row.kind) for uid, row in rows.items()} == before
    assert rows[outer.uid].sequence == 5
    assert [role.person for role in rows[inner.uid].roles] == [lina]
    assert rows[inner.uid].parent is rows[outer.uid]
    other = scene.make.event(scene.here, key="other")
    with pytest.raises(NotFound):
        agenda_edits.restore_item(scene.session, event=other, removed=removed, **common)  # type: ignore[arg-type]  # as named


def test_a_cancelled_item_takes_what_lies_inside_along(scene: Scene) -> None:
    outer = scene.make.item(scene.autumn, datetime(2026, 9, 28, 9), 60, sequence=2)
    inner = scene.make.item(scene.autumn, datetime(2026, 9, 28, 9), parent=outer)
    earlier = scene.make.item(scene.autumn, datetime(2026, 9, 28, 10), parent=outer)
    common: dict[str, Any] = {"actor": scene.actor, "event": scene.event()}
    cancel = partial(agenda_edits.cancel_item, scene.session, **common)
    reinstate = partial(agenda_edits.reinstate_item, scene.session, **common)
    assert cancel(now=NOW, item=earlier) == 1
    assert [cancel(now=LATER, item=outer) for _ in range(2)] == [2, 0]
    scene.session.commit()
    assert {row.status for row in (outer, inner, earlier)} == {EventStatus.CANCELLED}
    assert (outer.sequence, outer.cancelled_at, outer.changed_at) == (3, LATER, LATER)
    with pytest.raises(UserError, match="restore that one"):
        reinstate(now=LATER, item=inner)
    assert [reinstate(now=LATER, item=outer) for _ in range(2)] == [2, 0]
    scene.session.commit()
    assert (outer.status, outer.sequence, outer.cancelled_at) == (EventStatus.PUBLISHED, 4, None)
    assert inner.status is EventStatus.PUBLISHED
    assert earlier.status is EventStatus.CANCELLED  # it was called off by itself
    actions = scene.session.scalars(
        select(HistoryEntry.action).where(HistoryEntry.subject_uuid == outer.uuid)
    )
    assert set(actions) == {"cancelled", "reinstated"}


def test_a_new_join_link_raises_the_sequence_and_a_theme_does_not(scene: Scene) -> None:
    theme = Theme(key="work", title={"en": "Work"})
    scene.here.themes.append(theme)
    item = scene.make.item(scene.autumn, datetime(2026, 9, 28, 9))
    seen = []
    steps: tuple[dict[str, Any], ...] = (
        {"theme": theme},
        {"theme": theme, "join_link": "https://x.example/1"},
        {},
    )
    for more in steps:
        values = ItemValues(
            kind=item.kind,
            title=item.title,
            when=rules.when_of(item),
            **more,
        )
        agenda_edits.change_item(
            scene.session,
            actor=scene.actor,
            now=LATER,
            item=item,
            version=item.version,
            values=values,
        )
        scene.session.commit()
        seen.append((item.theme, item.join_link, item.sequence))
    assert seen == [(theme, None, 0), (theme, "https://x.example/1", 1), (None, None, 2)]


def test_someone_comes_back_onto_the_list(scene: Scene) -> None:
    person = scene.make.person(scene.here)
    row = scene.make.participation(
        scene.autumn,
        person,
        entry=Entry.APPLIED,
        partstat=Partstat.TENTATIVE,
        answered_at=NOW,
        form=AttendanceForm.ONLINE,
    )
    uuid = row.uuid
    removed = participants.remove(
        scene.session, actor=scene.actor, now=LATER, event=scene.autumn, row=row
    )
    scene.session.commit()
    (back,) = participants.restore(
        scene.session, actor=scene.actor, now=LATER, event=scene.autumn, removed=removed
    )
    scene.session.commit()
    scene.session.refresh(back)
    assert (back.uuid, back.entry, back.partstat, back.answered_at, back.form) == (
        uuid,
        Entry.APPLIED,
        Partstat.TENTATIVE,
        NOW,
        AttendanceForm.ONLINE,
    )


def test_who_is_added_is_kept_as_they_are_now(scene: Scene) -> None:
    left = scene.make.person(scene.here, position={"en": "Adviser"})
    people = participants.members_in(scene.session, scene.autumn, {MembershipRole.MENTOR})
    added = [
        participants.add_people(
            scene.session, actor=scene.actor, now=NOW, event=scene.autumn, people=people
        )
        for _ in range(2)
    ]
    assert added == [1, 0]
    row = scene.session.scalars(select(Participation)).one()
    left.position = {"en": "Minister"}
    scene.session.flush()
    assert row.position == {"en": "Adviser"}
    with pytest.raises(StaleEdit):
        participants.change_participation(
            scene.session,
            actor=scene.actor,
            now=NOW,
            event=scene.autumn,
            row=row,
            version=row.version + 1,
            values=LineValues(entry=Entry.INVITED, partstat=Partstat.ACCEPTED),
        )


def test_who_is_elsewhere(scene: Scene) -> None:
    person = scene.make.person(scene.here)
    scene.make.participation(scene.autumn, person)
    at_once = scene.make.event(scene.here, timed(datetime(2026, 9, 28, 15), 60, "Asia/Amman"))
    later = scene.make.event(scene.here, timed(datetime(2026, 9, 28, 17), 60, "Asia/Amman"))
    for event in (at_once, later):
        scene.make.participation(event, person)
    found = participants.elsewhere(scene.session, scene.actor, scene.autumn)
    assert dict(found) == {person.id: [at_once]}


def test_a_document_comes_back(scene: Scene, tmp_path: Path) -> None:
    upload = Upload("ar", "a.pdf", b"%PDF-1.7")
    common = {"actor": scene.actor, "now": NOW, "of": scene.autumn}
    document = documents.add_document(
        scene.session,
        uuid=uuid4(),
        title={"en": "Pack"},
        public=True,
        upload=upload,
        store=tmp_path,
        **common,  # type: ignore[arg-type]  # as named
    )
    file = document.files[0].uuid
    removed = documents.remove_document(scene.session, document=document, **common)  # type: ignore[arg-type]  # as named
    scene.session.commit()
    with pytest.raises(NotFound):
        documents.readable_file(scene.session, scene.actor, file)
    documents.restore_document(scene.session, removed=removed, **common)  # type: ignore[arg-type]  # as named
    scene.session.commit()
    found, for_everybody = documents.readable_file(scene.session, NOBODY, file)
    assert (found.filename, for_everybody) == ("a.pdf", True)


def test_documents_of_the_programme_as_such(scene: Scene, tmp_path: Path) -> None:
    common = {"actor": scene.actor, "now": NOW, "of": scene.here}
    document = documents.add_document(
        scene.session,
        uuid=uuid4(),
        title={"en": "Terms"},
        public=False,
        upload=Upload("en", "a.txt", b"Terms"),
        store=tmp_path,
        **common,  # type: ignore[arg-type]  # as named
    )
    file = document.files[0].uuid
    assert documents.documents_of(scene.session, scene.autumn) == []
    with pytest.raises(NotFound):
        documents.document_of(scene.session, scene.autumn, document.uuid)
    removed = documents.remove_document(scene.session, document=document, **common)  # type: ignore[arg-type]  # as named
    scene.session.commit()
    elsewhere: tuple[Owner, ...] = (scene.autumn, scene.make.programme())
    for of in elsewhere:
        with pytest.raises(NotFound):
            documents.restore_document(
                scene.session, actor=scene.actor, now=NOW, of=of, removed=removed
            )
    documents.restore_document(scene.session, removed=removed, **common)  # type: ignore[arg-type]  # as named
    scene.session.commit()
    assert [row.files[0].uuid for row in documents.documents_of(scene.session, scene.here)] == [
        file
    ]
    with pytest.raises(NotFound):
        documents.readable_file(scene.session, NOBODY, file)


def test_a_refused_upload_leaves_nothing(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not really a pdf"):
        documents.add_document(
            scene.session,
            actor=scene.actor,
            now=NOW,
            of=scene.autumn,
            uuid=uuid4(),
            title={"en": "Pack"},
            public=True,
            upload=Upload("en", "a.pdf", b"<html>"),
            store=tmp_path / "store",
        )
    assert not (tmp_path / "store").exists()
