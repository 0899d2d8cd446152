"""The people of a programme at the desk: table, person, forms, acts on many, files."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import (
    Event,
    Membership,
    Message,
    Organisation,
    Participation,
    Person,
    PersonTag,
    Programme,
    SuppressedAddress,
)
from mmp.models.enums import MembershipRole, MembershipStatus, Partstat
from mmp.services import outbox
from mmp.services.people import AT_ONCE
from tests.support.door import NOW, sign_in
from tests.support.factories import MADE_AT, Factory
from tests.web import rows
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

PATH = "/en/programmes/here/people/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def mentors(make: Factory, here: Programme) -> list[Person]:
    return [
        make.person(here, name=name, name_native=native, country=country, key=name.split()[0])
        for name, native, country in (
            ("Lina Haddad", "لينا حداد", "JO"),
            ("Erik Lund", None, "SE"),
            ("Zoé Bien", None, "FR"),
        )
    ]


def test_it_is_narrowed_by_countries_and_languages_in_the_order_of_their_names(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    make.person(here, name="Warda", country="DZ", languages=["de", "syr", "tlh", "ar"])
    sit_down(client, session, here, MembershipRole.COORDINATOR)
    shown = page(client, PATH).text
    assert shown.index("Algeria") < shown.index("France") < shown.index("Jordan")
    spoken = ["Arabic", "German", "Klingon", "Syriac"]
    assert sorted(spoken, key=shown.index) == spoken


def named(found: Page, mentors: list[Person]) -> list[str]:
    return [person.name for person in mentors if person.name in found.text]


def tick(client: FlaskClient, path: str, to: str, people: list[Person], **more: Any) -> Any:
    fields = page(client, path).fields
    data = {"csrf_token": fields["csrf_token"], "ticked": [str(one.uuid) for one in people]}
    return client.post(to, data=data | more)


def test_the_address_narrows_orders_and_finds(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    assert named(page(client, PATH), mentors) == ["Lina Haddad", "Erik Lund", "Zoé Bien"]
    for query, found in (
        ("q=حداد", ["Lina Haddad"]),
        ("q=zoe", ["Zoé Bien"]),
        ("country=SE", ["Erik Lund"]),
        ("role=speaker", []),
        ("standing=left", []),
        ("q=qqq&role=nonsense&page=-4&sort=nonsense&event=%00&standing=x", []),
        ("role=nonsense&country=XX&page=999999", ["Lina Haddad", "Erik Lund", "Zoé Bien"]),
    ):
        assert named(page(client, f"{PATH}?{query}"), mentors) == found, query
    turned = page(client, f"{PATH}?sort=-name").text
    assert turned.index("Zoé Bien") < turned.index("Erik Lund")


def test_the_search_works_without_script(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    found = page(client, f"{PATH}?q=lina&sort=country")
    form = next(values for tag, values in found.tags if values.get("role") == "search")
    assert (form["method"], form["action"]) == ("get", PATH)
    assert found.fields["q"] == "lina"
    assert f"{PATH[:-1]}.csv?q=lina&sort=country" in found.links


@pytest.mark.both_databases
def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    counts: dict[str, list[int]] = {}
    make = Factory(session)
    for count in (1, 3, 50):
        programme = rows.many_events(session, count)
        one = make.person(programme, key=f"one-{count}", email=f"one{count}@x.example")
        with make.at_once():
            for number in range(count):
                session.add(
                    PersonTag(programme_id=programme.id, person_id=one.id, tag=f"t{number}")
                )
                partner = make.person(
                    programme, key=f"q-{count}-{number}", email=f"q{count}-{number}@x.example"
                )
                make.pair(programme, one, partner, key=f"pair-{count}-{number}")
            for event in session.scalars(select(Event).where(Event.programme_id == programme.id)):
                make.participation(event, one)
        person = make.person(
            programme, MembershipRole.COORDINATOR, key=f"k-{count}", email=f"k{count}@x.example"
        )
        sign_in(client, session, person)
        base = f"/en/programmes/{programme.slug}/people"
        for name, path in {
            "table": f"{base}/?event=event-0",
            "file": f"{base}.csv",
            "person": f"{base}/{one.uuid}/",
            "form": f"{base}/{one.uuid}/edit/",
            "leaving": f"{base}/{one.uuid}/leaving/",
        }.items():
            with _statements(app) as counted:
                assert client.get(path).status_code == 200
            counts.setdefault(name, []).append(len(counted))
        session.rollback()
    assert {name: found for name, found in counts.items() if max(found) > MOST} == {}
    assert {name: found for name, found in counts.items() if found[1] != found[2]} == {}


def test_one_page_at_a_time(client: FlaskClient, session: Session, here: Programme) -> None:
    make = Factory(session)
    for number in range(AT_ONCE + 5):
        make.person(here, name=f"Mentor {number:02}")
    sit_down(client, session, here)
    assert "Mentor 54" not in page(client, PATH).text
    assert "Mentor 54" in page(client, f"{PATH}?page=2").text


def test_all_who_match_get_a_tag_and_lose_it_again(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    for number in range(AT_ONCE + 5):
        make.person(here, name=f"Mentor {number:02}")
    sit_down(client, session, here)
    address = f"{PATH}?q=mentor"
    answer = tick(client, address, f"{PATH}tags/?q=mentor", [], everyone="1", tag="new")
    assert answer.status_code == 303
    assert "everyone" in page(client, f"{PATH}?q=mentor+0").fields  # ten, on one page
    assert len(session.scalars(select(PersonTag)).all()) == AT_ONCE + 5
    found = page(client, answer.location)
    assert "The tags of 55 people have changed." in found.text
    press(client, answer.location, action(found, found.source.split("undoing/")[1][:36]))
    session.rollback()
    assert session.scalars(select(PersonTag)).all() == []


def test_ticked_people_come_onto_a_list(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    make.event(here, key="autumn")
    sit_down(client, session, here)
    answer = tick(client, PATH, f"{PATH}invitations/", mentors[:2], event="autumn")
    assert answer.location.endswith("/events/autumn/invitations/")
    found = session.scalars(select(Participation).join(Participation.person)).all()
    assert {row.person.name for row in found} == {"Lina Haddad", "Erik Lund"}
    refused = tick(client, PATH, f"{PATH}invitations/", [], event="autumn")
    assert refused.status_code == 422
    assert "Tick somebody first" in refused.text


def test_a_message_begins_with_those_who_are_ticked(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    answer = tick(client, PATH, f"{PATH}messages/", mentors[1:])
    message = session.scalars(select(Message)).one()
    assert answer.location == f"/en/programmes/here/messages/{message.uuid}/edit/"
    assert set(message.audience["people"]) == {str(one.uuid) for one in mentors[1:]}
    assert client.get(answer.location).status_code == 200


def test_leaving_is_asked_once_and_can_be_taken_back(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    make.pair(here, *mentors[:2])
    sit_down(client, session, here)
    asked = tick(client, PATH, f"{PATH}leaving/", mentors[:2])
    assert asked.status_code == 200
    assert "Pair with Erik Lund" in Page(asked.text).text
    fields = Page(asked.text).fields
    wrong = client.post(f"{PATH}leaving/", data=fields | {"confirmed": "1", "on": "2099-01-01"})
    assert wrong.status_code == 422
    assert 'value="2099-01-01"' in wrong.text
    answer = client.post(f"{PATH}leaving/", data=fields | {"confirmed": "1", "reason": "Moved"})
    found = page(client, answer.location)
    assert "2 people have left the programme." in found.text
    assert named(page(client, PATH), mentors) == ["Zoé Bien"]
    press(client, answer.location, action(found, found.source.split("undoing/")[1][:36]))
    states = set(session.scalars(select(Membership.status)))
    assert states == {MembershipStatus.ACTIVE}
    assert named(page(client, PATH), mentors) == ["Lina Haddad", "Erik Lund", "Zoé Bien"]


def test_somebody_is_added_found_and_changed(
    client: FlaskClient, session: Session, here: Programme
) -> None:
    sit_down(client, session, here)
    typed: dict[str, Any] = {
        "name": "Rania Al-Khatib",
        "email": "Rania@Example.org",
        "country": "JO",
        "region": "mena",
        "gender": "woman",
        "languages": "arabe، EN",
        "organisation": "Ministry",
        "roles": ["mentor"],
    }
    assert '<option value="not_stated" selected>' in page(client, f"{PATH}new/").source
    status, found = fill_in(client, f"{PATH}new/", **typed)
    assert status == 200
    assert "Rania Al-Khatib is saved." in found.text
    rania = session.scalars(select(Person).where(Person.email == "rania@example.org")).one()
    assert (rania.zone, rania.locale, rania.languages) == ("Asia/Amman", "ar_JO", ["ar", "en"])
    assert "Rania" in page(client, f"{PATH}?q=alkhatib").text
    edit = f"{PATH}{rania.uuid}/edit/"
    status, found = fill_in(
        client, edit, **(typed | {"zone": rania.zone, "locale": "ar", "name": "Rania Nasser"})
    )
    assert "Rania Nasser" in found.text
    session.rollback()
    back = action(found, found.source.split("undoing/")[1][:36])
    answer = client.post(back, data={"csrf_token": found.fields["csrf_token"]})
    assert "Rania Al-Khatib is as before." in page(client, answer.location).text


def test_the_form_shows_somebody_as_they_are(
    client: FlaskClient, session: Session, make: Factory, here: Programme
) -> None:
    ministry = Organisation(
        key="m", name={"en": "Ministry"}, created_at=MADE_AT, changed_at=MADE_AT
    )
    rania = make.person(
        here, name="Rania", languages=["ar", "fr"], organisation=ministry, position={"en": "Judge"}
    )
    sit_down(client, session, here)
    path = f"{PATH}{rania.uuid}/edit/"
    fields = page(client, path).fields
    shown = {name: fields[name] for name in ("name", "languages", "organisation", "position-en")}
    assert list(shown.values()) == ["Rania", "Arabic, French", "Ministry", "Judge"]
    same = {"roles": ["mentor"], "country": "SE", "region": "europe", "gender": "not_stated"}
    same |= {"zone": "Europe/Stockholm", "locale": "en", "email": fields["email"]}
    status, found = fill_in(client, path, **shown, **same)  # type: ignore[arg-type]
    assert (status, "Nothing has changed." in found.text) == (200, True)


def test_what_was_typed_is_kept_beside_what_is_wrong(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(
        client, f"{PATH}new/", name="", email="nonsense", languages="xx1 klingon", region="mena"
    )
    assert status == 422
    assert {"nonsense", "xx1 klingon"} <= set(found.fields.values())
    assert "Write their name" in found.text
    taken = mentors[0].email
    status, found = fill_in(
        client, f"{PATH}new/", name="X", email=taken, region="mena", gender="man", roles=["mentor"]
    )
    assert status == 422
    assert "Lina Haddad has this address already" in found.text


def test_two_who_swap_addresses(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    lina, erik = mentors[:2]
    path, before = f"{PATH}{lina.uuid}/edit/", (lina.email, erik.email)
    typed: dict[str, Any] = {
        "name": lina.name,
        "region": "mena",
        "gender": "woman",
        "roles": ["mentor"],
    }
    typed["email"] = str(erik.email)
    status, found = fill_in(client, path, **typed)
    assert status == 422
    swap = next(values["value"] for tag, values in found.tags if values.get("name") == "swap")
    status, _found = fill_in(client, path, **typed, swap=swap)
    assert status == 200
    session.expire_all()
    assert (erik.email, lina.email) == before


def test_a_stale_edit_shows_both(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    path = f"{PATH}{mentors[0].uuid}/edit/"
    fields = page(client, path).fields
    mentors[0].name = "Lina Theirs"
    session.commit()
    typed = {"name": "Lina Mine", "region": "mena", "gender": "woman", "roles": ["mentor"]}
    kept = {name: fields[name] for name in ("csrf_token", "version")}
    answer = client.post(path, data=kept | typed)
    assert answer.status_code == 409
    found = Page(answer.text)
    assert "Lina Theirs" in found.text
    assert found.fields["name"] == "Lina Mine"
    again = client.post(path, data=kept | typed | {"version": found.fields["version"]})
    assert again.status_code == 303


def test_the_page_of_a_person(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    lina, erik, _zoe = mentors
    make.pair(here, lina, erik)
    event = make.event(here, key="june", title={"en": "June meeting"})
    make.participation(event, lina, partstat=Partstat.TENTATIVE, answer_note="by train")
    path = f"{PATH}{lina.uuid}/"
    sit_down(client, session, here)
    text = page(client, path).text
    for word in ("لينا حداد", "Erik Lund", "June meeting", "Maybe", "by train", str(lina.email)):
        assert word in text, word
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    text = page(client, path).text
    for word in ("by train", str(lina.email), "History", "What they were sent", "Change"):
        assert word not in text, word


def test_assistants_look_and_do_not_change(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    path = f"{PATH}{mentors[0].uuid}/"
    assert client.get(path).status_code == 200
    for closed in ("edit/", "leaving/", "alumni/"):
        assert client.get(path + closed).status_code == 404
    assert client.get(f"{PATH}new/").status_code == 404
    assert str(mentors[0].email) not in client.get(f"{PATH[:-1]}.csv").text


def test_alumni_and_back(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    path = f"{PATH}{mentors[0].uuid}/"
    status, found = fill_in(client, f"{path}alumni/", agreed="yes")
    assert status == 200
    assert "They are written to as alumni: yes" in " ".join(found.text.split())
    press(client, path, f"{path}return")
    assert "Lina Haddad" in page(client, PATH).text


def test_files_hold_no_formulas(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    make.person(
        here,
        name="=HYPERLINK(1)",
        organisation=Organisation(
            key="x", name={"en": "+1"}, created_at=MADE_AT, changed_at=MADE_AT
        ),
    )
    sit_down(client, session, here)
    text = client.get(f"{PATH[:-1]}.csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "'+1" in text
    assert "Lina Haddad" not in client.get(f"{PATH[:-1]}.csv?q=zoe").text
    assert client.get(f"{PATH[:-1]}.xlsx").data[:2] == b"PK"


def test_two_records_become_one_and_the_old_page_leads_on(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    lina, twin = mentors[0], make.person(here, name="Lina Hadad", email="twin@example.org")
    make.participation(make.event(here, key="june", title={"en": "June meeting"}), twin)
    sit_down(client, session, here)
    path, gone = f"{PATH}{lina.uuid}/joining/", f"{PATH}{twin.uuid}/"
    found = page(client, f"{path}?q=hadad")
    assert f"{path}?with={twin.uuid}" in found.links
    told = page(client, f"{path}?with={twin.uuid}")
    assert "Places on lists, with answers and attendance: 1" in told.text
    assert "twin@example.org" in told.text
    data = {name: told.fields[name] for name in ("csrf_token", "with")}
    for _twice in range(2):
        answer = client.post(path, data=data)
        assert (answer.status_code, answer.location) == (303, f"{PATH}{lina.uuid}/")
    answer = client.get(gone)
    assert (answer.status_code, answer.location) == (302, f"{PATH}{lina.uuid}/")
    text = page(client, answer.location).text
    assert "June meeting" in text
    assert "joined two records of them" in text
    (apart,) = (link for link in page(client, f"{PATH}{lina.uuid}/").links if "undoing" in link)
    assert "What does not come back" in page(client, apart).text
    answer = client.post(apart, data={"csrf_token": data["csrf_token"]})
    assert (answer.status_code, answer.location) == (303, gone)
    text = page(client, gone).text
    assert "June meeting" in text
    assert "took two records of them apart" in text
    assert client.get(apart).status_code == 404


def test_an_address_that_refused_mail_is_let_go_on_the_page_of_its_owner(
    client: FlaskClient, session: Session, here: Programme, mentors: list[Person]
) -> None:
    path = f"{PATH}{mentors[0].uuid}/"
    outbox.suppress(session, now=NOW, address=mentors[0].email or "", code="5.1.1")
    sit_down(client, session, here)
    found = page(client, path)
    assert "so none goes there" in found.text
    row = session.scalars(select(SuppressedAddress)).one()
    fields = {"csrf_token": found.fields["csrf_token"], "next": path}
    answer = client.post(f"/en/suppressed-addresses/{row.uuid}/lifting", data=fields)
    assert (answer.status_code, answer.location) == (303, path)
    assert "so none goes there" not in page(client, path).text


def test_what_cannot_be_joined_is_a_sentence(
    client: FlaskClient, session: Session, make: Factory, here: Programme, mentors: list[Person]
) -> None:
    lina, foreign = mentors[0], make.person(make.programme(), name="Nobody of ours")
    sit_down(client, session, here)
    path = f"{PATH}{lina.uuid}/joining/"
    for other, words in (
        (lina.uuid, "That is the same record"),
        (foreign.uuid, "There is nobody like that here"),
        ("nonsense", "There is nobody like that here"),
    ):
        assert words in client.get(f"{path}?with={other}").text, other
    token = page(client, PATH).fields["csrf_token"]
    answer = client.post(path, data={"csrf_token": token, "with": str(lina.uuid)})
    assert (answer.status_code, "That is the same record" in answer.text) == (422, True)
    answer = client.post(path, data={"csrf_token": token, "with": str(foreign.uuid)})
    assert answer.status_code == 422
