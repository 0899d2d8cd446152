"""What the list of programmes shows of each: the coming event, else the last."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import Programme
from mmp.models.enums import EventStatus
from mmp.services.programmes import public_glimpses
from tests.support.factories import MADE_AT, Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


def _glimpsed(session: Session) -> list[str]:
    session.flush()
    return sorted(event.key for event in public_glimpses(session, NOW))


def test_a_programme_without_events_has_none(session: Session, programme: Programme) -> None:
    assert _glimpsed(session) == []


def test_the_coming_event_comes_before_any_that_is_over(
    session: Session, make: Factory, programme: Programme
) -> None:
    make.event(programme, timed(datetime(2026, 6, 18, 14)), key="over")
    make.event(programme, timed(datetime(2026, 9, 1, 14)), key="later")
    make.event(programme, timed(datetime(2026, 6, 19, 9)), key="under-way")
    assert _glimpsed(session) == ["under-way"]


def test_where_all_are_over_the_last_is_shown_also_if_cancelled(
    session: Session, make: Factory, programme: Programme
) -> None:
    make.event(programme, timed(datetime(2026, 2, 18, 14)), key="first")
    make.event(
        programme,
        timed(datetime(2026, 3, 18, 14)),
        key="last",
        status=EventStatus.CANCELLED,
        cancelled_at=MADE_AT,
    )
    assert _glimpsed(session) == ["last"]


def test_what_has_no_day_yet_stands_at_the_end_of_its_month(
    session: Session, make: Factory, programme: Programme
) -> None:
    make.event(programme, When.month(2026, 9, "Europe/Stockholm"), key="some-day")
    make.event(
        programme, When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman"), key="two-days"
    )
    assert _glimpsed(session) == ["two-days"]


def test_drafts_and_cancelled_events_are_not_coming(
    session: Session, make: Factory, programme: Programme
) -> None:
    july, august = timed(datetime(2026, 7, 1, 14)), timed(datetime(2026, 8, 1, 14))
    make.event(programme, july, key="draft", status=EventStatus.DRAFT)
    make.event(programme, july, key="off", status=EventStatus.CANCELLED, cancelled_at=MADE_AT)
    make.event(programme, august, key="on")
    assert _glimpsed(session) == ["on"]


def test_each_programme_has_its_own(session: Session, make: Factory, programme: Programme) -> None:
    other = make.programme()
    make.event(programme, timed(datetime(2026, 7, 1, 14)), key="july")
    make.event(other, timed(datetime(2026, 8, 1, 14)), key="august")
    make.event(other, timed(datetime(2026, 9, 1, 14)), key="september")
    assert _glimpsed(session) == ["august", "july"]
