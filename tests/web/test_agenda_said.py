"""What was said and recommended in an agenda item, kept in the browser."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, Recommendation
from mmp.models.enums import MembershipRole
from tests.web import rows
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import page

ITEM = "/en/programmes/year-2026/events/june/agenda"
PUBLIC = "/{}/programmes/year-2026/events/june/"


def _panel(session: Session) -> AgendaItem:
    return session.scalars(select(AgendaItem).where(AgendaItem.key == "panel")).one()


def test_recommendations_in_two_languages(client: FlaskClient, session: Session) -> None:
    sit_down(client, session, rows.whole_year(session))
    path = f"{ITEM}/{_panel(session).uuid}/said/"
    typed = {
        "title-en": "Keep learning",
        "title-ar": "واصلوا التعلّم",
        "references-0-framework": "Global Compact for Migration",
        "references-0-objective": "7",
    }
    status, found = fill_in(client, f"{path}recommendations/new/", more=typed)
    assert status == 200
    assert "Keep learning" in found.text
    assert "French is missing" in found.text
    assert "Keep learning" in client.get(PUBLIC.format("en")).text
    assert "واصلوا التعلّم" in client.get(PUBLIC.format("ar")).text
    row = session.scalars(select(Recommendation).where(Recommendation.key != "listen")).one()
    assert row.references == [{"framework": "Global Compact for Migration", "objective": "7"}]
    change = f"{path}recommendations/{row.uuid}/"
    old = page(client, change).fields
    fill_in(client, change, more={"title-en": "Keep on learning"})
    mine = {"title-en": "Mine", "title-ar": "لي", "version": old["version"]}
    answer = client.post(change, data={"csrf_token": old["csrf_token"], **mine})
    assert answer.status_code == 409
    assert "Keep on learning" in answer.text
    assert "Mine" in answer.text
    undo = press(client, path, f"{change}deletion")
    assert "Keep on learning" not in client.get(PUBLIC.format("en")).text
    restored = client.post(action(undo, "/undoing"), data={"csrf_token": undo.fields["csrf_token"]})
    assert restored.status_code == 303
    assert "Keep on learning" in client.get(PUBLIC.format("en")).text
    status, found = fill_in(client, f"{path}recommendations/new/", more={"title-en": " "})
    assert status == 422


def test_contributions_respect_what_was_agreed(client: FlaskClient, session: Session) -> None:
    programme = rows.whole_year(session)
    sit_down(client, session, programme, MembershipRole.ASSISTANT)
    panel = _panel(session)
    path = f"{ITEM}/{panel.uuid}/said/"
    found = page(client, f"{path}contributions/new/")
    assert rows.DISCREET not in found.text
    speaker = next(role.person for role in panel.roles if role.person)
    who = f"person:{speaker.uuid}"
    for consent, text in (("no", "Unquoted"), ("unattributed", "Nameless"), ("named", "Signed")):
        typed = {"who": who, "consent": consent, "text-en": text}
        status, found = fill_in(client, f"{path}contributions/new/", more=typed)
        assert status == 200
    shown = page(client, PUBLIC.format("en")).text
    assert "Unquoted" not in shown
    assert "Nameless" in shown
    assert "Signed" in shown
    status, found = fill_in(
        client, f"{path}contributions/new/", more={"who": "person:x", "consent": "named"}
    )
    assert status == 422


def test_editor_says_who_presented_before(client: FlaskClient, session: Session) -> None:
    sit_down(client, session, rows.whole_year(session))
    text = page(client, f"{ITEM}/new/").text
    assert "Who presented before" in text
    assert "Erik Lund & Lina Haddad – presented 18 June 2026" in text
    assert "Erik Lund & Lina Haddad: Reflections of pairs, 18 June 2026" in text
