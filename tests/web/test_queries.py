"""A page takes the same few statements whatever its length."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.adapters.database import db
from tests.support.statements import statements_of
from tests.web import rows

MOST = 12


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    with app.app_context():
        engine = db.engine
    with statements_of(engine) as sent:
        yield sent


@pytest.mark.parametrize(
    "path",
    (
        "/en/",
        "/en/programmes/{slug}/",
        "/en/programmes/{slug}/events/event-0/",
        "/en/programmes/{slug}/subscribe/",
    ),
)
@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, path: str
) -> None:
    counts = []
    for number in (1, 3, 50):
        many = rows.many_events(session, number)
        with _statements(app) as counted:
            assert client.get(path.format(slug=many.slug)).status_code == 200
        counts.append(len(counted))
    assert max(counts) <= MOST
    assert max(counts[1:]) == min(counts[1:])
