"""Days and hours of countries and people: weekends, holidays, Ramadan, own weeks and journeys."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mmp.core.countries import EUROPE, weekend_of
from mmp.core.errors import UserError
from mmp.core.working_time import (
    Almanac,
    Kind,
    Override,
    Rhythm,
    Stay,
    Week,
    day_hits,
    days_hits,
    is_ramadan,
    public_holidays,
)
from mmp.core.working_time.levels import EDGE, FASTING, GOOD, HARD, OFF, REST, STANDARD

_REGION = "JO EG LB MA TN IQ DZ SY YE SA KW BH OM QA LY PS AE"
_FRIDAY_SATURDAY = "JO EG DZ IQ SY YE SA KW BH OM QA SD IL LY PS"


def rhythm(country: str, zone: str = "UTC") -> Rhythm:
    return Rhythm(country, zone)


def at(levels: bytes, hour: int, minute: int = 0) -> int:
    return levels[4 * hour + minute // 15]


def test_weekends() -> None:
    assert {code for code in _FRIDAY_SATURDAY.split() if weekend_of(code) != {4, 5}} == set()
    others = {"LB", "MA", "TN", "AE", "TR", "SO", "MR", *EUROPE}
    assert {code for code in others if weekend_of(code) != {5, 6}} == set()
    assert weekend_of("IR") == {4}


def off(country: str, *day: int) -> bool:
    return Almanac().day(country, date(*day)).rests


def test_the_dates_of_a_real_programme() -> None:
    assert off("EG", 2026, 6, 18)
    assert off("OM", 2026, 6, 18)
    assert not [
        code for code in _REGION.split() if off(code, 2026, 9, 28) or off(code, 2026, 9, 29)
    ]
    assert off("TN", 2026, 10, 15)
    assert not off("JO", 2026, 10, 15)
    assert off("OM", 2026, 11, 25)
    assert off("OM", 2026, 11, 26)


def test_what_the_library_has_wrong() -> None:
    days = public_holidays("SY", 2026)
    assert not {date(2026, 3, 8), date(2026, 5, 6), date(2026, 10, 6)} & set(days)
    assert days[date(2026, 3, 18)].source == "Syria, Decree 188 of 2025"
    assert date(2025, 3, 8) in public_holidays("SY", 2025)
    assert date(2025, 10, 6) not in public_holidays("SY", 2025)
    days = public_holidays("TN", 2026)
    assert date(2026, 1, 14) not in days
    assert days[date(2026, 12, 17)].name == "Revolution Day"
    assert public_holidays("TN", 2026, "ar")[date(2026, 12, 17)].name == "عيد الثورة"


def test_nobody_works_on_swedish_eves() -> None:
    eves = {date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)}
    assert eves <= set(public_holidays("SE", 2026))


def test_lunar_days_are_estimated_and_others_are_not() -> None:
    for country in ("JO", "PS", "SA"):
        days = public_holidays(country, 2027)
        moon = [day for day in days.values() if "Eid" in day.name]
        assert len(moon) > 3
        assert all(day.estimated for day in moon)
    assert not public_holidays("JO", 2027)[date(2027, 5, 25)].estimated
    assert all("(" not in day.name for day in public_holidays("EG", 2026).values())


def test_names_come_in_the_readers_language_if_there_are_any() -> None:
    names = [public_holidays("MA", 2026, code)[date(2026, 7, 30)].name for code in ("en", "ar")]
    assert names == ["Throne Day", "عيد العرش"]
    assert public_holidays("SE", 2026, "ar")[date(2026, 5, 1)].name == "May Day"


COUNTRIES = (
    *("SE", "JO", "IQ", "SY", "PS", "LY", "YE", "TN", "SD"),
    *("KW", "SA", "AE", "QA", "BH", "OM", "MR", "SO"),
)


def test_every_holiday_of_the_two_regions_has_a_french_name() -> None:
    """Lists of most countries are in English and their own language only."""
    for country in COUNTRIES:
        english, french = (public_holidays(country, 2026, code) for code in ("en", "fr"))
        alike = {one.name for day, one in english.items() if one.name == french[day].name}
        assert not alike - {"Ascension"}, country
    assert public_holidays("IQ", 2026, "fr")[date(2026, 1, 6)].name == "Fête de l’armée"


@pytest.mark.parametrize(("country", "year"), (("ZZ", 2026), (None, 2026), ("JO", 3000)))
def test_what_nobody_knows_has_no_holidays(country: str | None, year: int) -> None:
    assert public_holidays(country, year) == {}
    assert not is_ramadan(date(year, 1, 1))


def test_ramadan_begins() -> None:
    for first in (date(2026, 2, 18), date(2027, 2, 8)):
        assert is_ramadan(first)
        assert not is_ramadan(first - timedelta(days=1))
        assert is_ramadan(first + timedelta(days=28))
    # Two in one year: January and December 2030.
    assert is_ramadan(date(2030, 1, 6))
    assert is_ramadan(date(2030, 12, 27))


def test_a_coordinator_knows_better() -> None:
    almanac = Almanac(
        [
            Override("JO", date(2026, 10, 13), off=True, name="Moved", source="a newspaper"),
            Override("TN", date(2026, 10, 15), off=False, who="Rana"),
            Override("SE", date(2026, 10, 17), off=False),
        ]
    )
    moved = almanac.day("JO", date(2026, 10, 13))
    assert moved.rests
    assert moved.holiday
    assert (moved.holiday.name, moved.holiday.source) == ("Moved", "a newspaper")
    assert not almanac.day("TN", date(2026, 10, 15)).rests
    assert not almanac.day("SE", date(2026, 10, 17)).rests
    assert rhythm("SE").levels(date(2026, 10, 17), almanac) == STANDARD


def test_the_hours_of_a_working_day() -> None:
    levels = rhythm("SE").levels(date(2026, 10, 14), Almanac())
    hours = ((6, OFF), (7, HARD), (8, EDGE), (9, GOOD), (16, GOOD), (17, EDGE), (19, HARD))
    assert [at(levels, hour) for hour, _ in hours] == [level for _, level in hours]
    assert at(levels, 20, 45) == HARD
    assert at(levels, 21) == OFF


def test_hours_are_shorter_in_ramadan() -> None:
    day = date(2026, 2, 25)
    almanac = Almanac()
    assert rhythm("JO").levels(day, almanac) == FASTING
    assert rhythm("SE").levels(day, almanac) == STANDARD
    assert Rhythm("SE", "UTC", fasts=True).levels(day, almanac) == FASTING
    assert Rhythm("JO", "UTC", fasts=False).levels(day, almanac) == STANDARD


def test_a_friday_in_dubai_ends_at_noon() -> None:
    levels = rhythm("AE").levels(date(2026, 10, 16), Almanac())
    assert (at(levels, 10), at(levels, 14)) == (GOOD, OFF)


def test_half_a_holiday_leaves_the_morning() -> None:
    levels = rhythm("TR").levels(date(2026, 10, 28), Almanac())
    assert (at(levels, 12, 45), at(levels, 13)) == (GOOD, OFF)


def test_own_hours_stand_for_the_countrys_and_its_weekend() -> None:
    week = Week("9" * 48 * 5 + "9" * 20 + "0" * 8 + "3" * 20 + "9" * 48)
    own = Rhythm("SE", "UTC", week=week, days_off=frozenset({date(2026, 10, 24)}))
    almanac = Almanac()
    saturday = own.levels(date(2026, 10, 17), almanac)
    assert [at(saturday, hour) for hour in (9, 10, 14)] == [OFF, GOOD, HARD]
    assert own.levels(date(2026, 10, 14), almanac) == REST
    assert own.rest(date(2026, 10, 14), almanac) == "weekend"
    assert own.rest(date(2026, 10, 24), almanac) == "day_off"
    assert own.rest(date(2026, 10, 31), almanac) == "holiday"


def test_a_week_begins_with_what_the_country_does() -> None:
    almanac = Almanac()
    days = tuple(rhythm("JO").levels(date(2026, 10, 19 + day), almanac) for day in range(7))
    week = Week.of(days)
    assert [week.day(day) for day in range(7)] == list(days)


@pytest.mark.parametrize("painted", ("", "0" * 335, "0" * 335 + "2", "9" * 336))
def test_a_week_that_is_none_is_refused(painted: str) -> None:
    with pytest.raises(UserError) as refused:
        Week(painted)
    assert refused.value.field == "week"


def test_on_journeys_other_clocks_count() -> None:
    stay = Stay(date(2026, 10, 12), date(2026, 10, 16), "Asia/Amman")
    person = Rhythm("SE", "Europe/Stockholm", stays=(stay,))
    # They are there from midnight in Amman, which is 21:00 UTC, to midnight.
    assert person.zone_at(datetime(2026, 10, 11, 20, tzinfo=UTC)) == "Europe/Stockholm"
    assert person.zone_at(datetime(2026, 10, 11, 21, tzinfo=UTC)) == "Asia/Amman"
    assert person.zone_at(datetime(2026, 10, 16, 20, tzinfo=UTC)) == "Asia/Amman"
    assert person.zone_at(datetime(2026, 10, 16, 21, tzinfo=UTC)) == "Europe/Stockholm"
    assert person.lived_in == {"Europe/Stockholm", "Asia/Amman"}
    with pytest.raises(UserError):
        Stay(date(2026, 10, 16), date(2026, 10, 12), "Asia/Amman")


def test_what_a_day_hits() -> None:
    day = date(2026, 10, 15)
    people = [
        rhythm("SE"),
        rhythm("TN"),
        Rhythm("LB", "UTC", days_off=frozenset({day})),
        rhythm("TN"),
    ]
    holiday, own = day_hits(day, people, Almanac())
    assert (holiday.kind, holiday.country, holiday.people) == (Kind.HOLIDAY, "TN", (1, 3))
    assert (holiday.name, holiday.estimated) == ("Evacuation Day", False)
    assert (own.kind, own.country, own.people, own.name) == (Kind.DAY_OFF, None, (2,), "")


def test_a_friday_hits_half_the_region_and_ramadan_those_who_work() -> None:
    people = [rhythm(code) for code in ("SE", "JO", "EG", "MA", "EG")]
    weekend = day_hits(date(2026, 10, 16), people, Almanac())
    assert [(hit.kind, hit.country, len(hit.people)) for hit in weekend] == [
        (Kind.WEEKEND, "EG", 2),
        (Kind.WEEKEND, "JO", 1),
    ]
    ramadan = day_hits(date(2026, 2, 20), people, Almanac())
    assert ramadan[-1].kind == Kind.RAMADAN
    assert (ramadan[-1].country, ramadan[-1].estimated) == ("MA", True)


def test_the_days_of_a_span() -> None:
    found = days_hits(date(2026, 11, 24), date(2026, 11, 26), [rhythm("OM")], Almanac())
    assert [hit.day.day for hit in found] == [25, 26]
    assert days_hits(date(2026, 11, 26), date(2026, 11, 24), [rhythm("OM")], Almanac()) == []
