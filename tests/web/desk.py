"""A coordinator's desk for tests: who sits there, and forms filled in as a browser would."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Person, Programme
from mmp.models.enums import MembershipRole
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page


def sit_down(
    client: FlaskClient,
    session: Session,
    programme: Programme,
    role: MembershipRole = MembershipRole.COORDINATOR,
) -> Person:
    """Sign in someone new who runs the programme. Commits."""
    person = Factory(session).person(
        programme, role, key=f"desk-{role}", name="Kerstin Berg", email=f"desk-{role}@example.org"
    )
    sign_in(client, session, person)
    return person


def fill_in(client: FlaskClient, path: str, to: str = "", **typed: Any) -> tuple[int, Page]:
    """Open a page, overwrite some of its hidden and text fields, send them; gives where one ends.

    Follows a 303, so that the status is 200 where it went well. Names with a hyphen come as a
    mapping in `more`.
    """
    more = typed.pop("more", {})
    known = page(client, path).fields
    kept = {name: known[name] for name in ("csrf_token", "version", "uuid") if name in known}
    answer = client.post(to or path, data=kept | typed | more, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a file, where much was sent
    if answer.status_code == 303:
        answer = client.get(answer.location)
    return answer.status_code, Page(answer.text)


def press(client: FlaskClient, path: str, to: str) -> Page:
    """Press the button on a page that posts to this address; gives where one ends."""
    found = page(client, path)
    assert to in {values.get("action") for tag, values in found.tags if tag == "form"}
    answer = client.post(to, data={"csrf_token": found.fields["csrf_token"]})
    assert answer.status_code == 303, answer.text
    return page(client, answer.location)


def action(found: Page, ending: str) -> str:
    """The address of a page's form that ends so."""
    actions = [values.get("action", "") for tag, values in found.tags if tag == "form"]
    return next(path for path in actions if path.endswith(ending))
