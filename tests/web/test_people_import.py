"""People from a spreadsheet in the browser, without script: each step a page of its own."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.models import PeopleImport, Person, Programme
from mmp.models.enums import ImportState, MembershipRole
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.desk import sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

PATH = "/en/programmes/here/people/import/"


@pytest.fixture
def here(session: Session) -> Programme:
    return Factory(session).programme(slug="here")


@pytest.fixture
def desk(client: FlaskClient, session: Session, here: Programme) -> Programme:
    sit_down(client, session, here)
    return here


def upload(client: FlaskClient, data: bytes | str, name: str = "people.csv", **more: str) -> Any:
    fields = page(client, PATH).fields
    raw = data.encode() if isinstance(data, str) else data
    return client.post(
        PATH,
        data={
            "csrf_token": fields["csrf_token"],
            "uuid": fields["uuid"],
            "file": (io.BytesIO(raw), name),
        }
        | more,
        content_type="multipart/form-data",
    )


def begin(client: FlaskClient, data: bytes | str, name: str = "people.csv") -> str:
    """Upload, take the guessed columns; gives the path of the import."""
    answer = upload(client, data, name)
    assert answer.status_code == 303, Page(answer.text).text
    path = answer.location.removesuffix("columns/")
    assert choose(client, path).status_code == 303
    return str(path)


def selects(found: Page) -> dict[str, str]:
    """What is chosen in each list of a page."""
    chosen: dict[str, str] = {}
    name = ""
    for tag, values in found.tags:
        if tag == "select":
            name = values["name"]
        elif tag == "option" and name and (name not in chosen or "selected" in values):
            chosen[name] = values.get("value", "")
    return chosen


def choose(client: FlaskClient, path: str, **more: str) -> Any:
    found = page(client, f"{path}columns/")
    reading = ("encoding", "delimiter", "sheet")
    known = {name: value for name, value in selects(found).items() if name not in reading}
    known |= {name: found.fields[name] for name in ("csrf_token", "version")}
    return client.post(f"{path}columns/", data=known | more)


def keep(client: FlaskClient, path: str, where: str = "", **typed: str) -> Any:
    """Type into the page of rows and keep it."""
    found = page(client, f"{path}rows/{where}")
    fields = found.fields | selects(found)
    unknown = {name.replace("__", "-") for name in typed} - {*fields, "all_new"}
    assert not unknown, f"there is no field {unknown}"
    return client.post(
        f"{path}rows/{where}",
        data=fields | {name.replace("__", "-"): value for name, value in typed.items()},
    )


def save(client: FlaskClient, path: str) -> Page:
    fields = page(client, f"{path}summary/").fields
    answer = client.post(f"{path}summary/", data=fields)
    assert answer.status_code == 303, Page(answer.text).text
    return page(client, answer.location)


def people(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Person)) or 0


def test_from_file_to_people_and_back(
    client: FlaskClient, session: Session, desk: Programme, settings: Settings
) -> None:
    text = "Nom complet;Courriel;Pays\nLina Haddad;lina@example.org;Jordanie\nErik;nobody;Suède\n"
    path = begin(client, text)
    found = page(client, f"{path}rows/?only=problems")
    assert "“nobody” is not an e-mail address; correct it." in found.text
    assert found.fields["cell-3-email"] == "nobody"
    assert "Lina Haddad" not in found.text
    assert keep(client, path, **{"cell-3-email": "erik@example"}).status_code == 303
    assert page(client, f"{path}rows/").fields["cell-3-email"] == "erik@example"
    keep(client, path, **{"cell-3-email": "erik@example.org"})
    assert people(session) == 1
    assert "Erik" in page(client, f"{path}summary/").text
    assert "Made anew 2" in " ".join(save(client, path).text.split())
    assert people(session) == 3
    assert [one for one in settings.documents.rglob("*") if one.is_file()] == []
    found = page(client, f"{path}undoing/")
    assert "Lina Haddad" in found.text
    answer = client.post(f"{path}undoing/", data=found.fields)
    assert "2 people who came with it are gone." in page(client, answer.location).text
    assert people(session) == 1


def test_an_address_that_somebody_has_can_be_corrected(
    client: FlaskClient, session: Session, desk: Programme
) -> None:
    there = session.scalar(select(Person.email))
    path = begin(client, f"Name;E-mail;Gender\nNew Here;{there}\nLina;;mann\nErik;;mann\n")
    found = page(client, f"{path}rows/").text
    assert "This address belongs to somebody who is here already" in found
    assert found.count("“mann” is not known here; choose one.") == 4
    mended = {"cell-2-email": "new@example.org", "cell-3-gender": "man", "decision-2": "new"}
    keep(client, path, **mended)
    summary = page(client, f"{path}summary/").text
    assert summary.count("New Here") == 1
    assert "Save all of it" in summary, "what was mended once is mended in both rows"


def test_every_step_can_be_left_and_come_back_to(client: FlaskClient, desk: Programme) -> None:
    answer = upload(client, "name\nLina\n")
    path = answer.location.removesuffix("columns/")
    assert client.get(path).location == f"{path}columns/"
    choose(client, path)
    assert client.get(path).location == f"{path}rows/"
    assert path in page(client, PATH).links
    save(client, path)
    assert client.get(path).location == f"{path}result/"


def test_pressed_twice_it_is_once(client: FlaskClient, session: Session, desk: Programme) -> None:
    uuid = str(uuid4())
    first, second = (upload(client, "name\nLina\n", uuid=uuid).location for _ in range(2))
    assert first == second
    path = first.removesuffix("columns/")
    choose(client, path)
    fields = page(client, f"{path}summary/").fields
    answers = [client.post(f"{path}summary/", data=fields).location for _ in range(2)]
    assert answers == [f"{path}result/"] * 2
    assert people(session) == 2


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    (
        (b"", "a.csv", "This file is empty"),
        (b"PK\x03\x04 and no more", "a.xlsx", "This XLSX file is damaged"),
        (b"name" + b",x" * 1_000 + b"\nLina" + b",y" * 1_000 + b"\n", "a.csv", "200 columns"),
        (b'name\n"Lina\n', "a.csv", "A quotation mark is left open"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "a.xls", "old or locked Excel file"),
        (b"x" * ((20 << 20) + 1), "a.csv", "larger than 20 MB"),
    ),
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told_beside_the_field(
    client: FlaskClient, session: Session, desk: Programme, data: bytes, name: str, sentence: str
) -> None:
    answer = upload(client, data, name)
    assert (answer.status_code, answer.text.count(sentence)) == (422, 2)
    assert "#file" in Page(answer.text).links, "told at the top as well, leading there"
    assert session.scalars(select(PeopleImport)).all() == []
    answer.request.environ["wsgi.input"].close()


def test_arabic_of_an_old_encoding_is_seen_and_can_be_chosen(
    client: FlaskClient, desk: Programme
) -> None:
    answer = upload(client, "الاسم,البلد\nلينا حداد,الأردن\n".encode("cp1256"))
    found = page(client, answer.location)
    assert "لينا حداد" in found.text
    assert selects(found)["encoding"] == "windows-1256"
    wrong = client.post(
        answer.location,
        data={
            "csrf_token": found.fields["csrf_token"],
            "read": "1",
            "encoding": "windows-1252",
            "delimiter": ",",
        },
    )
    assert "لينا حداد" not in page(client, wrong.location).text


def workbook(change: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_and_hidden_sheets_are_told(
    client: FlaskClient, session: Session, desk: Programme
) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        for line in (["Our guests"], ["Name", "Organisation"], ["Lina", "Atlas"], ["Erik"]):
            sheet.append(line)
        sheet.merge_cells("B3:B4")
        book.create_sheet("Notes").sheet_state = "hidden"

    path = begin(client, workbook(change), "guests.xlsx")
    text = page(client, f"{path}columns/").text
    assert "Column 3" not in text
    for words in ("B3:B4", "Hidden sheets are left out: Notes", "1 row above"):
        assert words in text
    save(client, path)
    names = session.scalars(select(Person).where(Person.organisation_id.is_not(None))).all()
    assert {person.name for person in names} == {"Lina", "Erik"}


def test_a_column_cannot_be_two_things_and_what_was_chosen_stays(
    client: FlaskClient, desk: Programme
) -> None:
    path = upload(client, "name,email,E-mail\nLina,a@example.org,b@example.org\n").location
    path = path.removesuffix("columns/")
    answer = choose(client, path, **{"column-2": "email", "role": "guest"})
    assert answer.status_code == 422
    assert "Two columns are chosen for this" in answer.text
    assert "#column-2" in Page(answer.text).links
    assert selects(Page(answer.text))["role"] == "guest"


def test_a_likely_double_is_offered_with_its_reason(
    client: FlaskClient, session: Session, desk: Programme
) -> None:
    make = Factory(session)
    make.person(desk, name="Maria Pettilo")
    make.person(desk, name="Lina Haddad", name_native="لينا حداد")
    session.commit()
    path = begin(client, "name\nMaria Petillo\nلينا حدّاد\nNora Lind\n")
    text = page(client, f"{path}rows/").text
    assert "The same as Maria Pettilo (nearly the same name)" in text
    assert "2 rows have something to mend or decide." in text
    assert "version" not in page(client, f"{path}summary/").fields
    answer = client.post(f"{path}summary/", data=page(client, f"{path}summary/").fields)
    assert answer.status_code == 409
    assert keep(client, path, all_new="1").status_code == 303
    save(client, path)
    assert people(session) == 6


def test_two_coordinators_see_what_the_other_typed(
    client: FlaskClient, app: Flask, session: Session, desk: Programme
) -> None:
    other = app.test_client()
    person = Factory(session).person(desk, MembershipRole.COORDINATOR, name="Salma Nasser")
    sign_in(other, session, person)
    path = begin(client, "name,email\nLina,nobody\n")
    mine = page(client, f"{path}rows/").fields
    theirs = page(other, f"{path}rows/").fields
    columns = page(other, f"{path}columns/")
    other.post(f"{path}rows/", data=theirs | {"cell-2-email": "theirs@example.org"})
    answer = client.post(f"{path}rows/", data=mine | {"cell-2-email": "mine@example.org"})
    assert answer.status_code == 409
    assert "Theirs: theirs@example.org" in Page(answer.text).text
    again = Page(answer.text).fields
    assert again["cell-2-email"] == "mine@example.org"
    assert client.post(f"{path}rows/", data=again).status_code == 303
    session.expire_all()
    assert session.scalars(select(PeopleImport.mended)).one() == {
        "2": {"email": "mine@example.org"}
    }
    stale = selects(columns) | columns.fields | {"role": "guest"}
    stale = {name: value for name, value in stale.items() if name not in ("encoding", "delimiter")}
    assert other.post(f"{path}columns/", data=stale).status_code == 409


def test_a_summary_that_was_overtaken_is_not_saved(
    client: FlaskClient, session: Session, desk: Programme
) -> None:
    path = begin(client, "name,email\nLina,lina@example.org\n")
    fields = page(client, f"{path}summary/").fields
    keep(client, path, "?row=2", **{"cell-2-name": "Lina H"})
    answer = client.post(f"{path}summary/", data=fields)
    assert answer.status_code == 409
    assert people(session) == 1


def test_only_coordinators_import(client: FlaskClient, session: Session, here: Programme) -> None:
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    assert client.get(PATH).status_code == 404


def test_an_import_is_let_go(
    client: FlaskClient, session: Session, desk: Programme, settings: Settings
) -> None:
    path = begin(client, "name\nLina\n")
    token = page(client, f"{path}columns/").fields["csrf_token"]
    answer = client.post(f"{path}removal", data={"csrf_token": token})
    assert "is let go" in page(client, answer.location).text
    assert [one for one in settings.documents.rglob("*") if one.is_file()] == []


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, desk: Programme
) -> None:
    event = Factory(session).event(desk, key="june")
    session.commit()
    counts: dict[str, list[int]] = {}
    for count in (1, 3, 50):
        rows = "".join(
            f"Lina{n} Haddad{n},l{n}-{count}@example.org,{event.key}\n" for n in range(count)
        )
        path = begin(client, f"name,email,invite to\n{rows}")
        for step in ("columns/", "rows/", "summary/"):
            with _statements(app) as counted:
                assert client.get(path + step).status_code == 200
            counts.setdefault(step, []).append(len(counted))
        save(client, path)
        with _statements(app) as counted:
            assert client.get(f"{path}undoing/").status_code == 200
        counts.setdefault("undoing/", []).append(len(counted))
        fields = page(client, f"{path}undoing/").fields
        client.post(f"{path}undoing/", data=fields)
    assert {step: numbers for step, numbers in counts.items() if max(numbers) > MOST} == {}
    assert {step: numbers for step, numbers in counts.items() if numbers[1] != numbers[2]} == {}


def test_ten_thousand_rows_are_paged(
    client: FlaskClient, session: Session, desk: Programme
) -> None:
    rows = "".join(f"Person {n},p{n}@example.org\n" for n in range(2_000))
    path = begin(client, f"name,email\n{rows}Nobody,nobody\n")
    answer = client.get(f"{path}rows/?page=41")
    assert len(answer.data) < 300_000
    found = page(client, f"{path}rows/?only=problems")
    assert "cell-2002-email" in found.fields
    keep(client, path, "?only=problems", **{"cell-2002-email": "n@example.org"})
    assert "0 of 2001 rows are saved." in save(client, path).text
    session.expire_all()
    row = session.scalars(select(PeopleImport)).one()
    assert (row.state, UUID(path.split("/")[-2])) == (ImportState.APPLYING, row.uuid)
