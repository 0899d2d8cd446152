"""Octets of mails: read back by the standard library, whatever names and titles hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, strategies as st

from mmp.core.mail import BadHeader, Draft, Mailbox, build, sendable

DRAFT = Draft(
    message_id="<6f9619ff@mmp.example.org>",
    date=datetime(2026, 6, 19, 10, 0, tzinfo=UTC) + timedelta(hours=2),
    sender=Mailbox("MMP 26", "mentors@example.org"),
    to=Mailbox("Lina", "lina@example.org"),
    subject="Moved",
    text="Hello\n",
    html="<p>Hello</p>\n",
    locale="ar_JO",
    reply_to=(Mailbox("Eva", "eva@example.org"), Mailbox("", "desk@example.org")),
)
SPECIAL = (
    'Lina "Lulu" Haddad',
    "Haddad, Lina (NGO); a@b <c>",
    "لينا حداد",
    'لينا "لولو" حداد، مرشدة <في> عمّان',
    "د. عبد الرحمن بن عبد العزيز الفلاني التلحمي، منسق البرنامج الإقليمي للهجرة والتنمية",
    "Björn Ångström",
    "back\\slash \\",
    "=?utf-8?b?SGk=?= trick",
    "x" * 300,
    "👩🏽‍💻 Zoë",
)


def parsed(draft: Draft) -> EmailMessage:
    octets = build(draft)
    assert b"\n" not in octets.replace(b"\r\n", b""), "every line ends with CRLF"
    head = octets.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998
    assert all(len(line) <= 76 for line in head if b"=?utf-8" in line), "RFC 2047, section 2"
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_headers() -> None:
    message = parsed(DRAFT)
    assert {name: str(message[name]) for name in message} == {
        "From": "MMP 26 <mentors@example.org>",
        "To": "Lina <lina@example.org>",
        "Reply-To": "Eva <eva@example.org>, desk@example.org",
        "Subject": "Moved",
        "Date": "Fri, 19 Jun 2026 12:00:00 +0000",
        "Message-ID": "<6f9619ff@mmp.example.org>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "ar-JO",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_6f9619ffmmpexampleorg"',
    }


def name_and_address(draft: Draft) -> tuple[str, str]:
    """The recipient as RFC 2047 has it: the newer parser puts spaces between encoded words."""
    raw = message_from_bytes(build(draft))["To"].replace("\r\n", "")
    name, address = parseaddr(raw)
    return str(make_header(decode_header(name))), address


@pytest.mark.parametrize("name", SPECIAL)
def test_names_stay_whole(name: str) -> None:
    box = Mailbox(name, "lina@example.org")
    draft = replace(DRAFT, to=box, reply_to=(box, box), subject=name)
    assert name_and_address(draft) == (name, "lina@example.org")
    message = parsed(draft)
    assert [one.addr_spec for one in message["To"].addresses] == ["lina@example.org"]
    assert message["Subject"] == name


@given(name=st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))))
def test_any_name_stays_whole(name: str) -> None:
    draft = replace(DRAFT, to=Mailbox(name, "lina@example.org"), subject=name)
    assert name_and_address(draft) == (name, "lina@example.org")
    assert parsed(draft)["Subject"] == name


@given(text=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"))))
def test_any_text_arrives(text: str) -> None:
    message = parsed(replace(DRAFT, text=text, html=text))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert body.get_content() == text


@pytest.mark.parametrize("evil", ("\r\nBcc: x@y.org", "a\nb", "a\rb", "a\x00b", "a\u2028b"))
@pytest.mark.parametrize("place", ("subject", "to", "sender", "reply_to", "message_id", "headers"))
def test_line_breaks_are_refused(place: str, evil: str) -> None:
    box = Mailbox(evil, "lina@example.org")
    value = {"to": box, "sender": box, "reply_to": (box,), "headers": (("X-Of", evil),)}
    with pytest.raises(BadHeader):
        build(replace(DRAFT, **{place: value.get(place, evil)}))  # type: ignore[arg-type]  # by place


@pytest.mark.parametrize(
    "address",
    (
        "",
        "lina",
        "@example.org",
        "lina@",
        "lina@example.org\r\nRCPT TO:<x@y.org>",
        "lina@example.org>",
        "a b@example.org",
        "لينا@example.org",
        "lina@example.org, x@y.org",
    ),
)
def test_addresses_that_smtp_cannot_carry(address: str) -> None:
    with pytest.raises(BadHeader):
        sendable(address)


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert sendable("info@bücher.example") == "info@xn--bcher-kva.example"


def test_equal_drafts_are_equal_octets() -> None:
    assert build(DRAFT) == build(replace(DRAFT))
