"""What the common programs send, read for what it is. All people are invented."""

from datetime import UTC, datetime

import pytest

from mmp.core.inbound import (
    Automatic,
    Bounce,
    Counter,
    Delegation,
    Other,
    Reply,
    Verdict,
    read,
    verdict,
)
from tests.core.inbound.mails import answer, shape

STAMP = datetime(2026, 6, 18, 15, 30, 12, tzinfo=UTC)
SENT = "<6f9619ff-8b86-4d01-b42d-00cf4fc964ff@example.org>"
REPLIES = {
    "google": ("ACCEPTED", "I may be ten minutes late"),
    "outlook_classic": ("TENTATIVE", ""),
    "outlook_com": ("DECLINED", "عندي سفر في ذلك اليوم, أعتذر"),
    "apple": ("ACCEPTED", ""),
    "thunderbird": ("ACCEPTED", ""),
    "proton": ("ACCEPTED", ""),
    "bare": ("ACCEPTED", ""),
}


@pytest.mark.parametrize("program", REPLIES)
@pytest.mark.parametrize("line_end", (b"\r\n", b"\n"))
def test_every_program_is_understood(program: str, line_end: bytes) -> None:
    found = read(shape(program).replace(b"\r\n", line_end))
    partstat, comment = REPLIES[program]
    assert found.content == Reply(
        "event-1@mmp", "lina@example.org", partstat, STAMP, 0, None, comment
    )
    assert found.envelope.sender == "lina@example.org"


def test_a_letter_that_is_folded_in_the_middle() -> None:
    """RFC 5545, section 3.1, asks to expect it of those who count octets."""
    mail = answer("COMMENT:نعم").replace("ع".encode(), b"\xd8\r\n \xb9")
    found = read(mail).content
    assert isinstance(found, Reply)
    assert found.comment == "نعم"


def test_a_domain_in_another_script_travels_in_ascii() -> None:
    found = read(answer().replace(b"example.org", b"XN--exmple-cua.org"))
    assert isinstance(found.content, Reply)
    assert found.content.attendee == found.envelope.sender == "lina@exämple.org"
    bounce = read(shape("bounce_postfix").replace(b"lina@example.org", b"lina@xn--exmple-cua.org"))
    assert isinstance(bounce.content, Bounce)
    assert bounce.content.recipient == "lina@exämple.org"


def test_a_proposal_keeps_its_time_and_zone() -> None:
    assert read(shape("counter")).content == Counter(
        "event-1@mmp",
        "lina@example.org",
        "2026-10-15T17:00 Asia/Amman",
        "2026-10-15T19:00 Asia/Amman",
        0,
        "Could we begin two hours later?",
    )


def test_a_delegation_names_both() -> None:
    assert read(shape("delegation")).content == Delegation(
        "event-1@mmp", "lina@example.org", "omar@example.org"
    )


@pytest.mark.parametrize(
    ("server", "recipient", "status", "action"),
    (
        ("postfix", "lina@example.org", "5.1.1", "failed"),
        ("exchange", "lina@example.org", "5.1.10", "failed"),
        ("gmail", "lina@example.org", "5.1.1", "failed"),
        ("exim", "lina@example.org", "5.0.0", "failed"),
        ("qmail", None, "5.1.1", "failed"),
        ("delayed", "lina@example.org", "4.4.1", "delayed"),
    ),
)
def test_bounces(server: str, recipient: str | None, status: str, action: str) -> None:
    found = read(shape(f"bounce_{server}")).content
    assert isinstance(found, Bounce)
    said = (found.message_id, found.recipient, found.status, found.action)
    assert said == (SENT, recipient, status, action)
    assert "@" not in found.text


def test_a_letter_says_whether_its_server_still_tries() -> None:
    mail = shape("bounce_qmail").replace(b"5.1.1", b"4.4.1")
    for octets, action in (
        (mail, "failed"),
        (mail.replace(b"failure notice", b"Warning: message delayed 24 hours"), "delayed"),
    ):
        found = read(octets).content
        assert isinstance(found, Bounce)
        assert (found.action, found.status) == (action, "4.4.1")


def test_a_returned_invitation_is_no_calendar_object_of_its_sender() -> None:
    assert b"METHOD:REQUEST" in shape("bounce_postfix")
    assert isinstance(read(shape("bounce_postfix")).content, Bounce)


def test_out_of_office() -> None:
    assert read(shape("out_of_office")).content == Automatic()


def test_a_letter_is_read_by_somebody() -> None:
    found = read(shape("letter"))
    assert isinstance(found.content, Other)
    assert "is there a lift" in found.content.text
    assert found.envelope.subject == "Re: Second meeting"


def test_a_letter_about_bounces_is_no_bounce() -> None:
    mail = shape("bounce_qmail").replace(b"MAILER-DAEMON@", b"lina@").replace(b"<>", b"<x@y.org>")
    assert isinstance(read(mail).content, Other)


def test_an_invitation_that_comes_back_is_no_answer() -> None:
    mail = shape("bare").replace(b"METHOD:REPLY", b"METHOD:REQUEST").replace(b"; method=REPLY", b"")
    assert read(mail).content == Other("", "REQUEST")


GMAIL = read(shape("google")).envelope.authentication


@pytest.mark.parametrize(
    ("results", "server", "expected"),
    (
        ((), None, Verdict.UNKNOWN),
        ((), "mx.example.org", Verdict.UNKNOWN),
        (GMAIL, "MX.example.org", Verdict.PASSED),
        (GMAIL, None, Verdict.UNKNOWN),  # anybody could have written it
        (GMAIL, "another.example.org", Verdict.UNKNOWN),
        (("mx.a.org; dmarc=fail header.from=example.org",), None, Verdict.FAILED),
        (("mx.a.org; dmarc=pass header.from=evil.org",), "mx.a.org", Verdict.FAILED),
        (("mx.a.org; dkim=pass header.d=example.org",), "mx.a.org", Verdict.PASSED),
        (("mx.a.org 1; dkim=pass header.d=evil.org",), "mx.a.org", Verdict.UNKNOWN),
        (("mx.a.org; dkim=pass header.d=org",), "mx.a.org", Verdict.UNKNOWN),
        (("mx.a.org; spf=pass smtp.mailfrom=x@example.org",), "mx.a.org", Verdict.PASSED),
        (("mx.a.org; spf=fail smtp.mailfrom=x@example.org",), None, Verdict.FAILED),
        (("mx.a.org; none",), "mx.a.org", Verdict.UNKNOWN),
        # The comment is no result, and what the sender wrote below the top counts for nothing.
        (("mx.a.org; dmarc=fail (dmarc=pass (a)) header.from=b", *GMAIL), None, Verdict.FAILED),
        (("mx.a.org; dmarc=fail", "mx.a.org; dmarc=pass"), "mx.a.org", Verdict.FAILED),
        (("",), None, Verdict.UNKNOWN),
        ((";;;=",), None, Verdict.UNKNOWN),
    ),
)
def test_who_is_believed(results: tuple[str, ...], server: str | None, expected: Verdict) -> None:
    assert verdict(results, "lina@example.org", server) is expected
