"""What is measured in a process of its own."""

import random
from datetime import UTC, datetime, timedelta

from mmp.core.busy import busy_times
from mmp.core.countries import zone_of
from mmp.core.slots.asking import Ask, Guest
from mmp.core.slots.finding import find
from mmp.core.working_time import Almanac, Rhythm, Week

_CODES = "SE DE FR ES PL GR GB JO EG LB MA TN IQ DZ YE PS IR SY TR AE"
START = datetime(2026, 10, 1, tzinfo=UTC)
WEEK = "9" * 16 + "3" * 2 + "0" * 18 + "9" * 12


def find_for_many() -> None:
    """300 people, one in five with own hours, 40 busy times each, over 60 days."""
    chance = random.Random(1)
    guests = []
    for number in range(300):
        country = chance.choice(_CODES.split())
        own = Week(chance.choice(("0", "1", "3")) + (WEEK * 7)[1:]) if number % 5 == 0 else None
        begins = (START + timedelta(minutes=15 * chance.randrange(5760)) for _ in range(40))
        guests.append(
            Guest(
                Rhythm(country, zone_of(country) or "UTC", week=own),
                required=number < 10,
                busy=tuple((at, at + timedelta(hours=1)) for at in begins),
                burden=chance.randrange(5),
            )
        )
    find(Ask(90, START, START + timedelta(days=60)), guests, Almanac())


RULES = (
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=400",
)


def expand_many() -> None:
    """5,000 recurring events since 2015, over two months."""
    chance = random.Random(1)
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:Meeting {number}\r\n"
        f"DTSTART;TZID=Europe/Stockholm:{chance.randint(2015, 2026)}01{chance.randint(10, 28)}T"
        f"{chance.randint(10, 18)}0000\r\nDURATION:PT1H\r\n"
        f"RRULE:{chance.choice(RULES)}\r\nEND:VEVENT\r\n"
        for number in range(5_000)
    )
    octets = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()
    told: list[int] = []
    found = busy_times(
        octets,
        home="Europe/Stockholm",
        first=START,
        last=START + timedelta(days=60),
        progress=lambda done, of: told.append(done),
    )
    assert (found.events, found.left, len(told)) == (5_000, (), 51)
