"""What servers' answers mean, and when to come back."""

from datetime import timedelta
from uuid import UUID

import pytest

from mmp.core.mail import Result, Stage, broken, classify, delay_after, redacted


@pytest.mark.parametrize(
    ("stage", "code", "result"),
    (
        (Stage.GREETING, 421, Result.UNREACHABLE),
        (Stage.GREETING, 554, Result.STOPPED),
        (Stage.TLS, 454, Result.UNREACHABLE),
        (Stage.AUTH, 454, Result.UNREACHABLE),
        (Stage.AUTH, 535, Result.STOPPED),
        (Stage.MAIL, 451, Result.UNREACHABLE),
        (Stage.MAIL, 550, Result.STOPPED),
        (Stage.RCPT, 450, Result.PUT_OFF),
        (Stage.RCPT, 452, Result.PUT_OFF),
        (Stage.RCPT, 552, Result.PUT_OFF),
        (Stage.RCPT, 550, Result.ADDRESS_REFUSED),
        (Stage.RCPT, 551, Result.ADDRESS_REFUSED),
        (Stage.RCPT, 553, Result.ADDRESS_REFUSED),
        (Stage.RCPT, 554, Result.STOPPED),
        (Stage.RCPT, 421, Result.UNREACHABLE),
        (Stage.DATA, 451, Result.PUT_OFF),
        (Stage.DOT, 250, Result.SENT),
        (Stage.DOT, 451, Result.PUT_OFF),
        (Stage.DOT, 554, Result.MESSAGE_REFUSED),
        (Stage.DOT, 421, Result.UNREACHABLE),
        (Stage.DOT, -1, Result.UNANSWERED),
        (Stage.MAIL, -1, Result.UNREACHABLE),
        (Stage.RCPT, 250, Result.UNREACHABLE),
    ),
)
def test_codes(stage: Stage, code: int, result: Result) -> None:
    assert classify(stage, code).result is result


def test_policy_at_rcpt_is_our_fault() -> None:
    assert classify(Stage.RCPT, 550, "5.7.1 relaying denied").result is Result.STOPPED
    assert classify(Stage.RCPT, 550, "5.1.1 no such user").result is Result.ADDRESS_REFUSED


def test_a_mail_that_is_too_large_is_not_tried_again() -> None:
    assert classify(Stage.DOT, 552, "5.3.4 message too big").result is Result.MESSAGE_REFUSED
    assert classify(Stage.DOT, 552, "5.2.2 mailbox full").result is Result.PUT_OFF


@pytest.mark.parametrize("stage", Stage)
def test_a_broken_connection(stage: Stage) -> None:
    expected = Result.UNANSWERED if stage is Stage.DOT else Result.UNREACHABLE
    assert broken(stage, "timed out").result is expected
    assert broken(stage, "timed out").stops_all


def test_what_is_kept_names_nobody() -> None:
    said = (
        "5.1.1 <lina@example.org>: unknown\r\nhttps://x/sign-in/GaqU0AnQoh39h7ntrbGvxctSbDI34AvVA"
    )
    assert redacted(said) == "5.1.1 (address): unknown https://x/sign-in/(token)"
    assert len(redacted("word " * 1000)) <= 300


def test_delays() -> None:
    mails = [UUID(int=number) for number in range(200)]
    for tries, minutes in enumerate((1, 5, 15, 60, 240), 1):
        delays = {delay_after(tries, mail) for mail in mails}
        plain = timedelta(minutes=minutes)
        assert len(delays) > 190, "they do not come back together"
        assert all(d and 0.8 * plain <= d <= 1.2 * plain for d in delays)
    assert delay_after(6, mails[0]) is None
    assert delay_after(3, mails[0]) == delay_after(3, mails[0])
    with pytest.raises(ValueError, match="counted from 1"):
        delay_after(0, mails[0])
