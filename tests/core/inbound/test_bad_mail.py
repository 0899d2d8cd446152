"""Mail that means harm or is broken: refused with a reason, quickly and in little memory."""

import base64
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, strategies as st

from mmp.core.inbound import MOST_OCTETS, Reply, Unreadable, read
from tests.core.inbound.mails import SHAPES, answer, shape

HEAD = b"From: lina@example.org\r\nSubject: x\r\n"
EVENT = "BEGIN:VEVENT\r\nUID:event-1@mmp\r\nEND:VEVENT\r\n"


def _calendar(body: str) -> bytes:
    text = f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{body}END:VCALENDAR\r\n"
    return HEAD + b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + text.encode()


def _nested(depth: int) -> bytes:
    mail = HEAD
    for level in range(depth):
        mail += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
    return mail + b"\r\n"


def _mails_within(depth: int) -> bytes:
    return HEAD + b"Content-Type:\r\n message/rfc822\r\n\r\n" * depth


def _parts(count: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * count


def _big_part() -> bytes:
    part = base64.encodebytes(b"x" * 50_000_000)
    return HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + part


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a part of 50 MB": (_big_part, "too_large"),
    "lines without end": (lambda: HEAD + b"\r\n" + b"\n" * 5_000_000, "too_many_lines"),
    "parts without end": (lambda: _parts(5_000), "too_many_parts"),
    "many parts": (lambda: _parts(900), "too_many_parts"),
    "parts within parts": (lambda: _nested(5_000), "too_deep"),
    "mails within mails": (lambda: _mails_within(5_000), "too_deep"),
    "a head without end": (lambda: HEAD + b"X-A: b\r\n" * 30_000, "too_large"),
    "ten thousand events": (lambda: _calendar(EVENT * 10_000), "too_many_components"),
    "a calendar of 600 KB": (lambda: _calendar("X-A:b\r\n" * 90_000), "too_large_calendar"),
    "a hundred events": (lambda: _calendar(EVENT * 100), "too_many_components"),
    "two events": (lambda: _calendar(EVENT * 2), "several_events"),
    "no event": (lambda: _calendar(""), "no_event"),
    "a calendar of one line": (lambda: _calendar("x" * 400_000 + "\r\n"), "no_event"),
    "an attendee without end": (
        lambda: answer("ATTENDEE;" + 'X="' * 10_000 + ":mailto:a@b.org"),
        "broken_calendar",
    ),
    "broken base64": (
        lambda: shape("proton").replace(b"QkVHSU46", b"QkVH*SU46="),
        "broken_base64",
    ),
    "half a calendar": (lambda: answer()[:-30], "broken_calendar"),
    "no calendar at all": (lambda: answer().replace(b"BEGIN:V", b"BEGIN:X"), "broken_calendar"),
    "a broken SEQUENCE": (lambda: answer("SEQUENCE:many"), "broken_calendar"),
    "a negative SEQUENCE": (lambda: answer("SEQUENCE:-1"), "broken_calendar"),
    "no UID": (lambda: answer("UID:"), "no_uid"),
    "a long UID": (lambda: answer("UID:" + "x" * 300), "no_uid"),
    "two attendees": (lambda: answer(attendees=2), "two_attendees"),
    "no attendee": (lambda: answer(attendees=0), "no_attendee"),
    "an attendee without address": (
        lambda: answer("ATTENDEE;PARTSTAT=ACCEPTED:urn:uuid:1"),
        "no_attendee",
    ),
    "no answer": (lambda: answer("ATTENDEE:mailto:lina@example.org"), "no_answer"),
    "an answer of another kind": (
        lambda: answer("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:lina@example.org"),
        "no_answer",
    ),
    "no time of writing": (lambda: answer("DTSTAMP:yesterday"), "no_stamp"),
    "a delegation to nobody": (
        lambda: answer("ATTENDEE;PARTSTAT=DELEGATED:mailto:lina@example.org"),
        "no_attendee",
    ),
    "two methods": (
        lambda: answer().replace(b"charset=utf-8", b"method=REQUEST"),
        "method_differs",
    ),
    "two calendars that differ": (
        lambda: shape("thunderbird").replace(b"ACCEPTED", b"DECLINED", 1),
        "calendars_differ",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_refused_with_a_reason(kind: str) -> None:
    make, reason = BAD[kind]
    octets = make()
    began = time.perf_counter()
    found = read(octets)
    assert time.perf_counter() - began < 1.5
    assert isinstance(found.content, Unreadable)
    assert found.content.reason == reason
    assert found.envelope.sender == "lina@example.org"


def test_what_it_was_about_is_known() -> None:
    found = read(answer(attendees=2)).content
    assert found == Unreadable("two_attendees", "event-1@mmp")


def test_what_is_too_large_takes_no_memory() -> None:
    octets = HEAD + b"\r\n" + b"x" * (5 * MOST_OCTETS)
    tracemalloc.start()
    read(octets)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_the_largest_that_is_read_is_read_quickly() -> None:
    letters = base64.encodebytes(b"x" * 7_000_000).replace(b"\n", b"\r\n")
    part = b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + letters
    calendar = answer().split(b"\r\n\r\n", 1)[1]
    parts = part + b"--b\r\nContent-Type: text/calendar\r\n\r\n" + calendar + b"--b--\r\n"
    mail = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts
    began = time.perf_counter()
    assert isinstance(read(mail).content, Reply)
    assert time.perf_counter() - began < 1.5


def test_who_writes_must_be_one() -> None:
    for head in (
        b"From: a@b.org\r\nFrom: lina@example.org",
        b"From: a@b.org, lina@example.org",
        b"From: somebody",
        b"From: undisclosed:;",
        b"X: y",
    ):
        mail = answer().replace(b"From: Lina <lina@example.org>", head)
        assert read(mail).envelope.sender is None
    quoted = answer().replace(b"From: Lina <", b'From: "omar@example.org" <')
    assert read(quoted).envelope.sender == "lina@example.org"


def test_words_of_the_head_are_one_line_that_can_be_shown() -> None:
    arabic = read(answer().replace(b"Subject: An answer", "Subject: سؤال".encode()))
    assert arabic.envelope.subject == "سؤال", "as it is, RFC 6532"
    subject = b"Subject: =?utf-8?q?a=0D=0ABcc:_x=00=E2=80=AE?= =?nonsense?q?b?= =?utf-8?b?//?="
    found = read(answer().replace(b"Subject: An answer", subject))
    assert "Bcc: x" in found.envelope.subject
    assert found.envelope.subject.isprintable()
    broken = read(answer().replace(b"Subject: An answer", b"Subject: =?utf-8?b?abcde?="))
    assert broken.envelope.subject == "=?utf-8?b?abcde?="


def _octets() -> Iterator[bytes]:
    for path in sorted(SHAPES.iterdir()):
        yield path.read_bytes()


@given(
    st.sampled_from(list(_octets())),
    st.lists(st.tuples(st.integers(0, 4_000), st.binary(max_size=8)), max_size=6),
    st.integers(0, 5_000),
)
def test_nothing_that_can_be_sent_raises(
    mail: bytes, changes: list[tuple[int, bytes]], end: int
) -> None:
    for at, octets in changes:
        mail = mail[:at] + octets + mail[at + len(octets) :]
    read(mail[: max(end, 20)])


@given(st.binary(max_size=300))
def test_nor_does_anything_in_a_calendar(octets: bytes) -> None:
    head, body = shape("bare").split(b"\r\n\r\n", 1)
    for at in (50, 150, 300):
        read(head + b"\r\n\r\n" + body[:at] + octets + body[at:])
