"""People from spreadsheets: read kindly, told exactly, all of them or nobody."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, ProblemsFound
from mmp.models import HistoryEntry, Membership, Organisation, Person
from mmp.models.enums import Gender, MembershipRole, Region, StakeholderGroup
from mmp.services.people_import import PeoplePlan, plan_people, save_people, summary
from mmp.services.people_import.layout import MAX_COLUMNS
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
FULL = """\
name,name_native,email,country,region,zone,locale,organisation,position,group,gender,languages,\
discreet,role
Lina Haddad,لينا حداد,Lina@Example.org,JO,mena,Asia/Amman,ar_JO,Atlas Institute,Researcher,\
academia,woman,"ar, en",yes,speaker
"""


@pytest.fixture(autouse=True)
def programme(session: Session) -> None:
    Factory(session).programme(slug="small")
    session.commit()


def planned(
    session: Session,
    data: str | bytes,
    file: str = "p.csv",
    role: MembershipRole = MembershipRole.MENTOR,
) -> PeoplePlan:
    raw = data.encode() if isinstance(data, str) else data
    return plan_people(session, data=raw, file=file, slug="small", role=role)


def bring(
    session: Session, data: str | bytes, role: MembershipRole = MembershipRole.MENTOR
) -> dict[str, int]:
    plan = save_people(session, planned(session, data, role=role), actor=None, now=NOW)
    session.commit()
    return summary(plan.rows)


def faults(session: Session, data: str | bytes, file: str = "p.csv") -> list[str]:
    return [str(problem) for problem in planned(session, data, file).problems]


def the_person(session: Session, email: str = "lina@example.org") -> Person:
    return session.scalars(select(Person).where(Person.email == email)).one()


def xlsx(*rows: list[object], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_column_reaches_its_place(session: Session) -> None:
    assert bring(session, FULL) == {"created": 1, "changed": 0, "same": 0}
    lina = the_person(session)
    assert (lina.name, lina.name_native, lina.key) == ("Lina Haddad", "لينا حداد", "lina-haddad")
    assert (lina.country, lina.region, lina.zone) == ("JO", Region.MENA, "Asia/Amman")
    assert (lina.locale, lina.languages, lina.discreet) == ("ar_JO", ["ar", "en"], True)
    assert (lina.group, lina.gender) == (StakeholderGroup.ACADEMIA, Gender.WOMAN)
    assert lina.position == {"en": "Researcher"}
    assert lina.organisation is not None
    assert (lina.organisation.key, lina.organisation.name) == (
        "atlas-institute",
        {"en": "Atlas Institute"},
    )
    assert [one.role for one in lina.memberships] == [MembershipRole.SPEAKER]


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    bring(session, FULL)
    version = the_person(session).version
    assert bring(session, FULL) == {"created": 0, "changed": 0, "same": 1}
    assert the_person(session).version == version
    assert session.scalar(select(func.count()).select_from(HistoryEntry)) == 1
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_what_is_missing_follows_from_the_country(session: Session) -> None:
    bring(session, "name,email,country\nErik,erik@example.org,Sweden\n")
    erik = the_person(session, "erik@example.org")
    assert (erik.country, erik.region, erik.zone, erik.locale) == (
        "SE",
        Region.EUROPE,
        "Europe/Stockholm",
        "sv_SE",
    )


def test_a_changed_cell_changes_its_field_and_an_empty_one_nothing(session: Session) -> None:
    bring(session, FULL)
    plan = planned(session, "name,email,position,gender\nLina H,lina@example.org,Director,\n")
    assert str(plan.rows[0]) == "Lina H: changed name, position, role mentor"
    save_people(session, plan, actor=None, now=NOW)
    session.commit()
    lina = the_person(session)
    assert (lina.name, lina.gender, lina.zone) == ("Lina H", Gender.WOMAN, "Asia/Amman")
    assert {one.role for one in lina.memberships} == {MembershipRole.SPEAKER, MembershipRole.MENTOR}


def test_a_plan_writes_nothing(session: Session) -> None:
    plan = planned(session, FULL)
    assert [one.action for one in plan.rows] == ["created"]
    session.commit()
    assert session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize("cell", ("Lina H <lina@example.org>", "mailto:Lina@example.org"))
def test_an_address_is_taken_as_programs_copy_it(session: Session, cell: str) -> None:
    bring(session, f"name,email\nLina,{cell}\n")
    assert the_person(session).name == "Lina"


def test_people_without_address_are_known_by_name(session: Session) -> None:
    text = "name\nKelly\nلينا\n"
    assert bring(session, text, role=MembershipRole.SPEAKER)["created"] == 2
    assert bring(session, text, role=MembershipRole.SPEAKER)["same"] == 2
    assert set(session.scalars(select(Person.key))) == {"kelly", "person"}


def test_two_people_of_one_name_get_two_handles(session: Session) -> None:
    bring(session, "name,email\nAli,a@example.org\nAli,b@example.org\n")
    assert set(session.scalars(select(Person.key))) == {"ali", "ali-2"}


def test_one_organisation_is_not_made_twice(session: Session) -> None:
    text = "name,organisation\nA,Atlas Institute\nB,atlas institute\nC,Atlas Institute\n"
    bring(session, text)
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1


@pytest.mark.parametrize(
    "header",
    (
        "Full Name;E-mail;Time_Zone;Organization",
        "Nom complet;Courriel;Fuseau horaire;Organisme",
        "الاسم الكامل;البريد الإلكتروني;المنطقة الزمنية;المؤسسة",
    ),
)
def test_headers_are_matched_kindly(session: Session, header: str) -> None:
    bring(session, f"{header}\nLina;lina@example.org;Asia/Amman;Atlas\n")
    assert the_person(session).zone == "Asia/Amman"


@pytest.mark.parametrize(
    "data",
    (
        b"name,email\nLina,lina@example.org\n",
        "\ufeffname,email\r\nLina,lina@example.org\r\n".encode(),
        b"name;email\nLina;lina@example.org\n",
        b"sep=;\nname;email\nLina;lina@example.org\n",
        b"name\temail\nLina\tlina@example.org\n",
        "name\temail\nLina\tlina@example.org\n".encode("utf-16"),
        b'"name","email"\n"Lina","lina@example.org"\n\n\n',
        b"prenom,nom,email\n,Lina,lina@example.org\n",
        xlsx(["name", "email"], ["Lina", "lina@example.org"]),
    ),
    ids=("plain", "bom", "semicolon", "sep", "tab", "utf-16", "quoted", "two names", "xlsx"),
)
def test_dialects(session: Session, data: bytes) -> None:
    assert bring(session, data)["created"] == 1
    assert the_person(session).name == "Lina"


def test_formulas_stay_text(session: Session) -> None:
    bring(session, xlsx(["name", "position"], ["Lina", '=HYPERLINK("https://x.example")']))
    bring(session, "name,position\nErik,=1+1\n")
    assert {tuple((one.position or {}).values()) for one in session.scalars(select(Person))} == {
        ('=HYPERLINK("https://x.example")',),
        ("=1+1",),
    }


@pytest.mark.parametrize(
    ("cells", "fault"),
    (
        ("email\nnobody", "2: email: “nobody” is not an e-mail address"),
        ("email\nلينا@example.org", "2: email: “لينا@example.org” is not an e-mail address"),
        ("country\nJordn", "2: country: “Jordn” is no country; did you mean Jordan?"),
        ("country\nUS", "2: zone: US has several time zones; say which"),
        ("zone\nAsia/Ammann", "2: zone: “Asia/Ammann” is not an IANA time zone; did you mean"),
        ("locale\nxx_YY", "2: locale: CLDR knows no locale"),
        ("gender\nmaybe", "2: gender: “maybe” is not known here; use woman, man"),
        ("role\nmentro", "2: role: “mentro” is not known here; did you mean mentor?"),
        ("group\nzzz", "2: group: “zzz” is not known here; use government"),
        ("languages\nklingonese", "2: languages: “klingonese” is no language"),
        ("discreet\nperhaps", "2: discreet: Write yes or no here"),
        ("position\na\x07b", "2: position: A control character stands in this text"),
        ("emial\na@example.org", "1: emial: This column is not known; did you mean email?"),
        ("zone\nEtc/GMT-3", "2: zone: “Etc/GMT-3” is no place"),
        ("email\na@example.org,more", "2: file: This row has more cells than the header"),
        ("Name\nB", "1: Name: Two columns are “name”; delete one or rename it."),
    ),
    ids=lambda value: value.split("\n")[0],
)
def test_each_fault_is_told_by_its_row(session: Session, cells: str, fault: str) -> None:
    header, cell = cells.split("\n")
    (found,) = faults(session, f"name,{header}\nLina,{cell}\n")
    assert found.startswith(f"p.csv:{fault}")


def test_rows_are_numbered_as_a_spreadsheet_shows_them(session: Session) -> None:
    text = 'name,email\n"Lina\nHaddad",a@example.org\n\nErik,nobody\n,b@example.org\n'
    found = faults(session, text)
    assert [line.split(": ")[:2] for line in found] == [["p.csv:4", "email"], ["p.csv:5", "name"]]


@pytest.mark.parametrize("name", ("\ufeff", "\u2028", " \t ", "\u202b\u200f"))
def test_a_name_that_nobody_sees_is_missing(session: Session, name: str) -> None:
    (found,) = faults(session, f'name,email\n"{name}",a@example.org\n')
    assert found == "p.csv:2: name: The name is missing; fill it in."


def test_a_name_stands_on_one_line_and_fits(session: Session) -> None:
    bring(session, 'name,email\n"a\nBCC: x",a@example.org,,\n')
    assert the_person(session, "a@example.org").name == "a BCC: x"
    (found,) = faults(session, f"name\n{'x' * 301}\n")
    assert found == "p.csv:2: name: At most 300 characters fit here; shorten it."


def test_one_address_twice_is_told(session: Session) -> None:
    text = "name,email\nLina,lina@example.org\nL,LINA@example.org\n"
    assert faults(session, text) == [
        "p.csv:3: email: lina@example.org stands in row 2 already; delete one or correct it."
    ]


def test_nobody_is_saved_if_one_row_is_wrong(session: Session) -> None:
    plan = planned(session, "name,email\nLina,lina@example.org\nErik,nobody\n")
    with pytest.raises(ProblemsFound):
        save_people(session, plan, actor=None, now=NOW)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Person)) == 0


@cache
def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    return out.getvalue()


def entities() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>')
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    (
        (b"", "The file is empty"),
        (b"name\n", "There are no people below the header"),
        (b"email\na@example.org\n", "There is no column “name”"),
        ("name\nJérôme\n".encode("cp1252"), "save the file as “CSV UTF-8”"),
        ("name\nلينا\n".encode("cp1256"), "save the file as “CSV UTF-8”"),
        (
            b"name\n" + b"x" * 200_000 + b"\n",
            "A quotation mark is left open or a cell is far too long",
        ),
        (b'name,email\n"Lina,x\n', "A quotation mark is left open"),
        (b"name\nA\0B\n", "This is no table"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "save it as XLSX or CSV"),
        (b"PK\x03\x04 and nothing more", "This XLSX file is damaged"),
        (b"name\n" + b"a\n" * 20_001, "more than 20000 rows"),
        (b"name" + b"," * MAX_COLUMNS + b"x\nLina\n", "more than 200 columns"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
        (bomb, "unpacks to far too much"),
        (entities, "This XLSX file is damaged"),
    ),
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_table_is_told_in_one_line(
    session: Session, data: bytes | Callable[[], bytes], fault: str
) -> None:
    (found,) = faults(session, data if isinstance(data, bytes) else data(), "p")
    assert fault in found


def test_hidden_sheets_are_passed_over(session: Session) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet().append(["name"])
        book.worksheets[1].append(["Lina"])
        book.active = 1

    bring(session, xlsx(["secret"], change=hide))
    assert session.scalars(select(Person.name)).all() == ["Lina"]


def test_unknown_columns_are_told_and_left_out(session: Session) -> None:
    assert planned(session, "name,Téléphone\nLina,1\n").ignored == ("Téléphone",)


def test_a_programme_that_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound, match="no programme “other”"):
        plan_people(session, data=b"name\nA\n", file="p.csv", slug="other")


def test_each_new_person_is_in_the_history(session: Session) -> None:
    bring(session, FULL)
    entry = session.scalars(select(HistoryEntry)).one()
    assert (entry.subject_kind, entry.action, entry.at) == ("person", "created", NOW)
    assert entry.subject_uuid == the_person(session).uuid
    assert session.scalar(select(func.count()).select_from(Membership)) == 1
