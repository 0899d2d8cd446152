"""Whatever is sent to whatever address: an answer, never a failure of ours."""

import re
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy.orm import Session

from tests.support.factories import Factory

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
NASTY = strategies.one_of(
    strategies.binary(min_size=1, max_size=40),
    strategies.sampled_from(
        (
            *(b"..", b"../../etc/passwd", b"\x00", b"%", b"%2e%2e", b"' OR 1=1 --", b"<script>"),
            *(b"\xff\xfe", "الافتتاح".encode(), b"a" * 5_000, b"mmp26", b"en", b"ar", b"xx"),
        )
    ),
)


@pytest.fixture
def scene(session: Session) -> None:
    make = Factory(session)
    make.event(make.programme(slug="mmp26"), key="june")
    session.commit()


@given(data=strategies.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@pytest.mark.usefixtures("scene")
def test_nonsense_in_any_address_is_answered(
    app: Flask, client: FlaskClient, data: strategies.DataObject
) -> None:
    rule = data.draw(
        strategies.sampled_from(sorted({rule.rule for rule in app.url_map.iter_rules()}))
    )
    path = re.sub(r"<[^>]+>", lambda _: quote_from_bytes(data.draw(NASTY)), rule)
    answer = client.open(
        path,
        method=data.draw(strategies.sampled_from(METHODS)),
        query_string=data.draw(strategies.sampled_from(("", "page=-1", "a[]=1&a=%FF", "x=" * 99))),
        data=data.draw(strategies.sampled_from((b"", b"csrf_token=1", b"\xff\x00", b"{"))),
        headers={
            "Content-Type": data.draw(
                strategies.sampled_from(
                    (
                        "application/x-www-form-urlencoded",
                        "multipart/form-data",
                        "text/x; charset=no",
                    )
                )
            ),
            "Accept-Language": data.draw(strategies.sampled_from(("ar", "*", "xx-!", ";q=9", "é"))),
        },
    )
    assert answer.status_code < 500
