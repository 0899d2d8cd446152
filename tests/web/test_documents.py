"""Public documents are sent as what they are, under their own names."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.models import Document, DocumentFile, Programme
from tests.web.html import page

JUNE = "/en/programmes/year-2026/events/june/"


def _address(client: FlaskClient) -> str:
    return next(link for link in page(client, JUNE).links if "/documents/" in link)


def test_a_document_opens_in_the_browser(client: FlaskClient, year: Programme) -> None:
    answer = client.get(_address(client), buffered=True)
    assert answer.data == b"A document, True"
    assert answer.content_type == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "filename*=UTF-8''%D8%AA" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_what_a_browser_might_run_is_saved(
    client: FlaskClient, year: Programme, session: Session
) -> None:
    session.execute(DocumentFile.__table__.update().values(media_type="text/html"))  # type: ignore[attr-defined]  # the table is a Table
    session.commit()
    answer = client.get(_address(client), buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_kept_documents_are_not_there(
    client: FlaskClient, year: Programme, session: Session
) -> None:
    kept = session.scalars(
        select(DocumentFile).join(Document).where(Document.public.is_(False))
    ).one()
    page(client, f"/en/documents/{kept.uuid}/{kept.filename}", 404)


def test_documents_of_hidden_events_are_not_there(
    client: FlaskClient, year: Programme, session: Session
) -> None:
    address = _address(client)
    document = session.scalars(select(Document).where(Document.public)).one()
    document.event = next(event for event in document.programme.events if event.key == "draft")
    session.commit()
    page(client, address, 404)


def test_a_lost_file_says_so(client: FlaskClient, year: Programme, settings: Settings) -> None:
    for file in settings.documents.iterdir():
        file.unlink()
    assert "This document is not here any more." in page(client, _address(client), 404).text


def test_the_name_in_the_address_does_not_matter(client: FlaskClient, year: Programme) -> None:
    address = re.sub(r"[^/]+$", "anything.html", _address(client))
    assert client.get(address, buffered=True).content_type == "application/pdf"
