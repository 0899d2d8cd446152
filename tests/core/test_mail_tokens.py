"""Tokens take the place of their stand-ins, wherever quoted-printable breaks the line."""

from dataclasses import replace
from email import message_from_bytes, policy
from uuid import UUID

import pytest

from mmp.core.mail import blot_out, build, fill_in, secret_for, token
from tests.core.test_mail_message import DRAFT

MAIL = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
SECRET = secret_for("key", MAIL, "sign-in", "link-1")


@pytest.mark.parametrize("before", range(0, 80, 3))
def test_at_any_place_of_a_line(before: int) -> None:
    text = f"{'a' * before}/{SECRET.stand_in}/ and é"
    frozen = build(replace(DRAFT, text=text, html=f"<a href='{SECRET.stand_in}'>{text}</a>"))
    filled = fill_in(frozen, [SECRET])
    assert len(filled) == len(frozen)
    message = message_from_bytes(filled, policy=policy.default)
    bodies = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    assert bodies["text/plain"] == text.replace(SECRET.stand_in, SECRET.token)
    assert bodies["text/html"].count(SECRET.token) == 2
    assert SECRET.token.encode() not in frozen.replace(b"=\r\n", b"")


def test_each_mail_has_stand_ins_of_its_own() -> None:
    other = secret_for("key", UUID(int=1), "sign-in", "link-1")
    assert other.token == SECRET.token == token("key", "sign-in", "link-1")
    assert other.stand_in != SECRET.stand_in
    assert token("another key", "sign-in", "link-1") != SECRET.token


def test_others_see_neither() -> None:
    text = f"a {SECRET.stand_in} b {SECRET.token} c"
    assert blot_out(text, [SECRET]) == "a … b … c"
    assert SECRET.token not in repr(SECRET)
