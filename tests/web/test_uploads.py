"""Documents of an event: what is taken and refused, and who may read them."""

import io
import zipfile
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.models import Document, DocumentFile, Event, Programme
from mmp.models.enums import EventStatus, MembershipRole, Strength
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import page

PATH = "/en/programmes/here/events/june/documents/"
PDF = b"%PDF-1.7 a pack"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def june(make: Factory, here: Programme) -> Event:
    return make.event(here, key="june")


def office(*names: str, octets: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"\0" * octets)
    return out.getvalue()


def sent(name: str, data: bytes, **more: str) -> dict[str, object]:
    known: dict[str, object] = {"title-en": "Pack", "language": "en"}
    return known | more | {"file": (io.BytesIO(data), name)}


def one(session: Session) -> Document:
    session.expire_all()
    return session.scalars(select(Document)).one()


def test_a_document_is_kept_by_its_content(
    client: FlaskClient, session: Session, settings: Settings, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    uuid = str(uuid4())
    statuses = []
    for _ in range(2):  # pressed twice it is one
        more = sent("packs/حزمة.pdf", PDF, **{"title-ar": "حزمة"})
        statuses.append(fill_in(client, PATH, more=more, uuid=uuid)[0])
    assert statuses == [200, 200]
    document = one(session)
    assert document.title == {"en": "Pack", "ar": "حزمة"}
    (file,) = document.files
    assert (file.filename, file.media_type, file.size) == ("حزمة.pdf", "application/pdf", len(PDF))
    assert (settings.documents / file.sha256).read_bytes() == PDF
    assert "People on the list" in page(client, PATH).text


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    (
        ("pack.pdf", b"<html><script>alert(1)</script>", "is not really a pdf file"),
        ("logo.svg", b"<svg><script/></svg>", "is of no known kind"),
        ("run.exe", b"MZ", "is of no known kind"),
        ("pack", b"%PDF-1.7", "is of no known kind"),
        ("photo.png", b"\xff\xd8\xff", "is not really a png file"),
        ("notes.txt", b"\xff\xfe\x00", "is not really a txt file"),
        ("pack.docx", office("evil.exe"), "is not really a docx file"),
        ("pack.docx", b"PK\x03\x04 and no more", "is not really a docx file"),
        ("pack.xlsx", office("[Content_Types].xml", "word/a.xml"), "is not really a xlsx file"),
        ("pack.pdf", b"", "is empty"),
        ("pack.pdf", b"%PDF-" + b" " * (25 << 20), "is larger than 25 MB"),
    ),
)
def test_what_is_refused_says_so_and_keeps_what_was_typed(
    client: FlaskClient,
    session: Session,
    here: Programme,
    june: Event,
    name: str,
    data: bytes,
    sentence: str,
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, PATH, more=sent(name, data))
    assert status == 422
    assert sentence in found.text
    assert found.fields["title-en"] == "Pack"
    assert session.scalars(select(Document)).all() == []


def test_a_bomb_is_refused(
    client: FlaskClient, session: Session, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    bomb = office("[Content_Types].xml", *(f"word/{n}.xml" for n in range(6)), octets=90 << 20)
    assert len(bomb) < 1 << 20
    status, found = fill_in(client, PATH, more=sent("pack.docx", bomb))
    assert (status, "unpacks to far too much" in found.text) == (422, True)


def test_office_files_are_taken(
    client: FlaskClient, session: Session, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    data = office("[Content_Types].xml", "ppt/presentation.xml")
    status, _page = fill_in(client, PATH, more=sent("Slides.PPTX", data))
    assert status == 200


def test_title_and_file_are_asked_for(
    client: FlaskClient, session: Session, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, PATH, more={"title-en": "Pack", "language": "en"})
    assert (status, "Choose a file." in found.text) == (422, True)
    status, found = fill_in(client, PATH, more=sent("a.pdf", PDF, **{"title-en": " "}))
    assert (status, "Give the document a title." in found.text) == (422, True)


def test_replacing_and_another_language(
    client: FlaskClient, session: Session, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    fill_in(client, PATH, more=sent("a.pdf", PDF))
    path = f"{PATH}{one(session).uuid}/"
    old = page(client, path).fields["version"]
    for name, language in (("b.pdf", "en"), ("c.pdf", "ar")):
        more = sent(name, PDF + name.encode(), language=language, public="y")
        status, found = fill_in(client, path, more=more)
        assert status == 200
    assert {file.language: file.filename for file in one(session).files} == {
        "en": "b.pdf",
        "ar": "c.pdf",
    }
    assert one(session).public
    more = {"title-en": "Other", "language": "en", "version": old}
    status, found = fill_in(client, path, more=more)
    assert status in (200, 409)  # the clock stood still, so that the row may be as it was
    assert status == 200 or "Title (en) Pack Other" in " ".join(found.text.split())


def test_deleting_can_be_undone(
    client: FlaskClient, session: Session, here: Programme, june: Event
) -> None:
    sit_down(client, session, here)
    fill_in(client, PATH, more=sent("a.pdf", PDF))
    document = one(session)
    uuid, file = document.uuid, document.files[0].uuid
    found = press(client, PATH, f"{PATH}{uuid}/deletion")
    session.expire_all()
    assert session.scalars(select(DocumentFile)).all() == []
    client.post(action(found, "/undoing"), data={"csrf_token": found.fields["csrf_token"]})
    assert one(session).files[0].uuid == file
    assert client.get(f"/en/documents/{file}/a.pdf", buffered=True).data == PDF


@pytest.mark.parametrize("public", (True, False))
@pytest.mark.parametrize("status", (EventStatus.PUBLISHED, EventStatus.DRAFT))
def test_who_may_read(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    public: bool,
    status: EventStatus,
) -> None:
    june = make.event(here, key="june", status=status)
    listed, not_listed = make.person(here), make.person(here)
    there = make.programme(slug="there")
    other = make.person(there, MembershipRole.COORDINATOR)
    make.participation(june, listed)
    assistant = make.person(here, MembershipRole.ASSISTANT)
    sit_down(client, session, here)
    fill_in(client, PATH, more=sent("a.pdf", PDF) | ({"public": "y"} if public else {}))
    path = f"/en/documents/{one(session).files[0].uuid}/a.pdf"
    shown = status is EventStatus.PUBLISHED
    everybody = public and shown
    for person, may in (
        (assistant, True),
        (listed, shown),
        (not_listed, everybody),
        (other, everybody),
    ):
        sign_in(client, session, person, strength=Strength.STRONG)
        answer = client.get(path, buffered=True)
        assert answer.status_code == (200 if may else 404)
        if may and not everybody:
            assert "no-store" in answer.headers["Cache-Control"]
    with client.session_transaction() as cookie:
        cookie.clear()
    assert client.get(path, buffered=True).status_code == (200 if everybody else 404)


@pytest.mark.parametrize("public", (True, False))
def test_documents_of_the_programme_as_such(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    june: Event,
    public: bool,
) -> None:
    path = "/en/programmes/here/documents/"
    mentor, stranger = make.person(here), make.person(make.programme())
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    assert path in page(client, "/en/programmes/here/desk/").links
    assert "terms of reference" in page(client, path).text
    status, found = fill_in(
        client, path, more=sent("a.pdf", PDF) | ({"public": "y"} if public else {})
    )
    assert (status, one(session).event) == (200, None)
    assert ("Everybody" if public else "People of the programme") in found.text
    assert "Pack" not in page(client, PATH).text  # an event's page lists its own alone
    edit = f"{path}{one(session).uuid}/"
    status, found = fill_in(client, edit, more={"title-en": "Terms", "language": "en"})
    assert (status, one(session).title, one(session).public) == (200, {"en": "Terms"}, False)
    fill_in(
        client,
        edit,
        more={"title-en": "Terms", "language": "en"} | ({"public": "y"} if public else {}),
    )
    assert client.get(f"{PATH}{one(session).uuid}/").status_code == 404
    found = press(client, path, f"{path}{one(session).uuid}/deletion")
    client.post(action(found, "/undoing"), data={"csrf_token": found.fields["csrf_token"]})
    file = f"/en/documents/{one(session).files[0].uuid}/a.pdf"
    for person, may in ((mentor, True), (stranger, public)):
        sign_in(client, session, person)
        assert client.get(file, buffered=True).status_code == (200 if may else 404)
        assert (file in page(client, "/en/home/").links) == (person is mentor)
        assert (file in page(client, "/en/programmes/here/").links) == public


def test_a_faulty_document_of_the_programme_keeps_what_was_typed(
    client: FlaskClient, session: Session, here: Programme
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, "/en/programmes/here/documents/", more=sent("a.pdf", b"<html>"))
    assert (status, "is not really a pdf" in found.text) == (422, True)
    assert found.fields["title-en"] == "Pack"
