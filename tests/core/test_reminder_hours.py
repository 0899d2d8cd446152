"""When reminders go: calendar days and real hours, nights and weekends of who reads them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from mmp.core import zones
from mmp.core.countries import weekend_of
from mmp.core.reminders import Known, Line, Occasion, Reader, Rule, is_night, overlaid, plan
from mmp.core.reminders.rules import DAYS, END, HOURS, INVITED, MINUTES, START
from mmp.core.when import When

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = Rule("day", START, -1, DAYS)
WEEK = Rule("week", START, -7, DAYS)
HOUR = Rule("hour", START, -1, HOURS)
THANKS = Rule("thanks", END, 1, DAYS)
CHASE = Rule("chase", INVITED, 3, DAYS, every_days=7, most=3, answers=frozenset({"NEEDS-ACTION"}))
ZONES = (
    *("Europe/Stockholm", "Africa/Cairo", "Asia/Beirut", "Asia/Amman", "Africa/Casablanca"),
    *("America/New_York", "Asia/Gaza", "Pacific/Kiritimati", "America/St_Johns"),
)


def meeting(text: str, zone: str = "Europe/Stockholm", hours: int = 2) -> Occasion:
    starts = datetime.fromisoformat(text)
    found = Occasion.of(When.timed(starts, starts + timedelta(hours=hours), zone), form="online")
    assert found is not None
    return found


def one(occasion: Occasion, rule: Rule, reader: Reader | None = None, now: datetime = NOW) -> Line:
    (line,) = plan(occasion, [rule], reader or Reader(occasion.zone), Known(), now=now)
    return line


def there(line: Line, zone: str) -> str:
    return f"{zones.to_wall(line.due_at, zone):%Y-%m-%d %H:%M}"


def codes(line: Line) -> list[str]:
    return [step["code"] for step in line.why]


@pytest.mark.parametrize(
    ("starts", "zone", "hours"),
    (
        ("2026-10-25T14:00", "Europe/Stockholm", 25),  # the night in which clocks go back
        ("2026-03-29T14:00", "Europe/Stockholm", 23),
        ("2026-10-30T14:00", "Africa/Cairo", 25),  # at the end of 29 October
        ("2026-04-24T14:00", "Africa/Cairo", 23),
        ("2026-10-25T14:00", "Asia/Beirut", 25),
        ("2026-03-29T14:00", "Asia/Beirut", 23),
        ("2026-10-30T14:00", "Asia/Amman", 24),  # no change there since 2022
        ("2026-03-27T14:00", "Asia/Amman", 24),
        ("2026-02-15T14:00", "Africa/Casablanca", 25),  # Ramadan: an hour back
        ("2026-03-22T14:00", "Africa/Casablanca", 23),
        ("2026-09-20T14:00", "Africa/Casablanca", 25),  # for good (Decree 2.26.530)
        ("2027-02-07T14:00", "Africa/Casablanca", 24),
    ),
)
def test_a_day_before_is_the_same_clock_time(starts: str, zone: str, hours: int) -> None:
    occasion = meeting(starts, zone)
    line = one(occasion, DAY)
    assert occasion.begins_at - line.due_at == timedelta(hours=hours)
    assert there(line, zone)[11:] == starts[11:]


@pytest.mark.parametrize("starts", ("2026-10-25T08:30", "2026-03-29T08:30"))
def test_hours_are_time_that_passes(starts: str) -> None:
    """Six hours before 08:30 is 03:30 or 01:30 on the wall, and night: the evening before."""
    occasion = meeting(starts)
    line = one(occasion, Rule("six", START, -6, HOURS))
    assert occasion.begins_at - line.nominal_at == timedelta(hours=6)
    assert there(line, "Europe/Stockholm")[11:] == "21:30"


def test_the_skipped_hour_moves_forward_the_repeated_means_the_first() -> None:
    spring = meeting("2026-03-30T02:30").nominal(DAY)
    autumn = meeting("2026-10-26T02:30").nominal(DAY)
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30, there is no 02:30
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer time


def test_days_are_counted_where_the_event_is() -> None:
    """For Amman the hour differs on both sides of Stockholm's change of 25 October."""
    occasion = meeting("2026-10-27T14:00")
    week = one(occasion, WEEK, Reader("Asia/Amman", weekend_of("JO")))
    assert there(week, "Europe/Stockholm") == "2026-10-20 14:00"
    assert there(week, "Asia/Amman") == "2026-10-20 15:00"
    assert there(one(occasion, DAY, Reader("Asia/Amman")), "Asia/Amman") == "2026-10-26 16:00"


@pytest.mark.parametrize(
    ("clock", "night"), (("21:59", False), ("22:00", True), ("06:59", True), ("07:00", False))
)
def test_when_it_is_night(clock: str, night: bool) -> None:
    wall = datetime.fromisoformat(f"2026-06-19T{clock}")
    assert is_night(zones.to_utc(wall, "Asia/Amman"), "Asia/Amman") is night


@pytest.mark.parametrize(("hours", "urgent"), ((-5, True), (-6, False)))
def test_what_comes_in_the_last_hours_waits_for_no_digest(hours: int, urgent: bool) -> None:
    rule = Rule("few", START, hours, HOURS)
    assert one(meeting("2026-10-27T18:00"), rule).urgent is urgent


def test_night_in_new_york() -> None:
    line = one(meeting("2026-10-27T08:00"), HOUR, Reader("America/New_York"))
    assert there(line, "America/New_York") == "2026-10-26 21:30"
    assert line.why[-1] == {
        "code": "night_earlier",
        "same_day": False,
        "to": "21:30",
        "at": "02:00",
        "zone": "America/New_York",
    }


@pytest.mark.parametrize(
    ("now", "starts", "expected"),
    (
        ("2026-10-26T12:00", "2026-10-27T05:00", ("2026-10-26 21:30", "night_earlier")),
        ("2026-10-26T22:10", "2026-10-27T12:00", ("2026-10-27 07:00", "night_later")),
        ("2026-10-26T22:10", "2026-10-27T08:59", ("2026-10-27 00:00", "night_kept")),
    ),
)
def test_earlier_else_in_the_morning_else_at_night(
    now: str, starts: str, expected: tuple[str, str]
) -> None:
    occasion = meeting(starts)
    hours = Rule("few", START, -5, HOURS)
    midnight = zones.to_utc(datetime(2026, 10, 27), "Europe/Stockholm")
    minutes = int((occasion.begins_at - midnight).total_seconds() // 60)
    rule = hours if "05:00" in starts else Rule("few", START, -minutes, MINUTES)
    line = one(occasion, rule, now=zones.to_utc(datetime.fromisoformat(now), "Europe/Stockholm"))
    assert (there(line, "Europe/Stockholm"), codes(line)[-1]) == expected


@pytest.mark.parametrize(
    ("country", "zone", "starts", "day"),
    (
        ("JO", "Asia/Amman", "2026-10-23T14:00", "2026-10-15"),  # Friday a week before: Thursday
        ("SE", "Europe/Stockholm", "2026-10-24T14:00", "2026-10-16"),
        ("SE", "Europe/Stockholm", "2026-10-25T14:00", "2026-10-16"),
        ("JO", "Asia/Amman", "2026-10-25T14:00", "2026-10-18"),  # Sunday is a working day there
        ("LB", "Asia/Beirut", "2026-10-23T14:00", "2026-10-16"),
    ),
)
def test_the_weekend_of_the_readers_country(country: str, zone: str, starts: str, day: str) -> None:
    line = one(meeting(starts, zone), WEEK, Reader(zone, weekend_of(country)))
    assert there(line, zone) == f"{day} 14:00"


@pytest.mark.parametrize(
    ("starts", "day"),
    (
        ("2026-11-18T14:00", "2026-10-05"),  # three days after Thursday is Sunday: on Monday
        ("2026-10-07T14:00", "2026-10-02"),  # which is too near: on Friday
    ),
)
def test_what_follows_the_invitation_waits_for_the_weekend_to_pass(starts: str, day: str) -> None:
    invited = datetime(2026, 10, 1, 8, tzinfo=UTC)
    reader = Reader("Europe/Stockholm", answer="NEEDS-ACTION", invited_at=invited)
    (line, *_) = plan(meeting(starts), [CHASE], reader, Known(), now=invited)
    assert there(line, "Europe/Stockholm") == f"{day} 10:00"
    assert codes(line)[-1] == "weekend"


def test_a_day_before_comes_on_a_weekend_too() -> None:
    line = one(meeting("2026-10-26T14:00"), DAY)
    assert there(line, "Europe/Stockholm") == "2026-10-25 14:00"


def test_out_of_the_night_and_off_the_weekend() -> None:
    """Monday 02:00 there becomes Sunday 21:30, and that the working day before."""
    line = one(meeting("2026-10-26T07:00"), WEEK, Reader("America/New_York", weekend_of("US")))
    assert there(line, "America/New_York") == "2026-10-16 21:30"
    assert codes(line) == ["before_start", "night_earlier", "weekend"]


def test_whole_days_begin_at_nine_and_months_wait() -> None:
    days = Occasion.of(When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman"))
    assert days is not None
    assert there(one(days, DAY), "Asia/Amman") == "2026-09-27 09:00"
    assert there(one(days, THANKS), "Asia/Amman") == "2026-09-30 17:00"
    assert Occasion.of(When.month(2026, 10, "Asia/Amman")) is None
    assert Occasion.of(When.before(date(2026, 10, 1), "Asia/Amman")) is None


def test_thanks_never_come_before_the_end() -> None:
    late = meeting("2026-10-20T21:00", hours=2)  # until 23:00
    line = one(late, Rule("soon", END, 10, MINUTES))
    assert there(line, "Europe/Stockholm") == "2026-10-21 07:00"


def asked(invited: str) -> Reader:
    at = datetime.fromisoformat(invited).replace(tzinfo=UTC)
    return Reader("Europe/Stockholm", answer="NEEDS-ACTION", invited_at=at)


def test_the_chase_stops() -> None:
    lines = plan(
        meeting("2026-10-27T14:00"),
        [CHASE],
        asked("2026-09-01T10:00"),
        Known(),
        now=datetime(2026, 9, 1, 10, tzinfo=UTC),
    )
    found = [there(line, "Europe/Stockholm")[:10] for line in lines]
    assert found == ["2026-09-04", "2026-09-11", "2026-09-18"]
    assert [line.why[0]["n"] for line in lines] == [3, 10, 17], "as many days after as it is"


def test_the_chase_ends_with_the_start_and_with_an_answer() -> None:
    now = datetime(2026, 10, 20, 10, tzinfo=UTC)
    occasion, reader = meeting("2026-10-27T14:00"), asked("2026-10-20T10:00")
    assert len(plan(occasion, [CHASE], reader, Known(), now=now)) == 1
    answered = Reader("Europe/Stockholm", answer="TENTATIVE", invited_at=reader.invited_at)
    assert plan(occasion, [CHASE], answered, Known(), now=now) == ()


def test_what_is_past_is_skipped_but_the_last_is_sent_once() -> None:
    occasion, rules = meeting("2026-10-27T14:00"), overlaid("standard")
    reader = Reader("Europe/Stockholm", answer="ACCEPTED", form="online")
    now = datetime(2026, 10, 26, 16, tzinfo=UTC)
    lines = {line.place[0]: line for line in plan(occasion, rules, reader, Known(), now=now)}
    assert lines["week"].skipped == "past"
    assert (lines["day"].skipped, lines["day"].due_at) == (None, now)
    assert codes(lines["day"]) == ["before_start", "late"]
    assert lines["hour"].due_at == occasion.begins_at - timedelta(hours=1)
    told = plan(occasion, rules, reader, Known(recently=True), now=now)
    assert [line.skipped for line in told][:2] == ["past", "told_recently"]
    close = occasion.begins_at - timedelta(minutes=50)
    shortly = plan(occasion, rules, reader, Known(), now=close)
    assert [line.skipped for line in shortly] == ["past", "past", "too_late", None]


RULES = st.builds(
    Rule,
    key=st.sampled_from(("a", "b", "c")),
    anchor=st.sampled_from((START, END)),
    offset=st.integers(-40, 40),
    unit=st.sampled_from((DAYS, HOURS, MINUTES)),
).filter(lambda rule: rule.anchor == START or rule.offset > 0)


@given(
    rules=st.lists(RULES, min_size=1, max_size=3, unique_by=lambda rule: rule.key),
    starts=st.datetimes(datetime(2026, 2, 1), datetime(2027, 4, 1)),
    venue=st.sampled_from(ZONES),
    zone=st.sampled_from(ZONES),
    country=st.sampled_from(("SE", "JO", "IR", "LB", "AF", None)),
    ahead=st.integers(-3, 60 * 24),
)
def test_no_line_breaks_a_rule(
    rules: list[Rule], starts: datetime, venue: str, zone: str, country: str | None, ahead: int
) -> None:
    found = Occasion.of(When.timed(starts, starts + timedelta(hours=3), venue))
    assert found is not None
    now = found.begins_at - timedelta(hours=ahead)
    reader = Reader(zone, weekend_of(country))
    lines = plan(found, rules, reader, Known(), now=now)
    assert plan(found, rules, reader, Known(), now=now) == lines
    by_key = {rule.key: rule for rule in rules}
    for line in lines:
        if line.skipped:
            continue
        rule, said = by_key[line.place[0]], set(codes(line))
        assert line.due_at >= now
        assert line.due_at < line.expires_at
        if rule.comes_before:
            assert line.due_at < found.begins_at
        elif rule.anchor == END:
            assert line.due_at >= found.ends_at
        assert not is_night(line.due_at, zone) or "night_kept" in said
        far = (found.begins.date() - zones.day_in_zone(line.nominal_at, venue)).days >= 3
        if rule.comes_before and far and "late" not in said and "weekend_kept" not in said:
            assert zones.to_wall(line.due_at, zone).weekday() not in reader.weekend
        moved = abs(line.due_at - line.nominal_at)
        assert "late" in said or moved < timedelta(days=4)
        assert moved == timedelta() or len(said) > 1
