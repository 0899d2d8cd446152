from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mmp.models import Membership, Person
from mmp.models.enums import MembershipRole, MembershipStatus
from tests.cli.conftest import Mmp
from tests.support.factories import Factory


@pytest.fixture
def mentor(session: Session) -> Person:
    """A mentor of `one` and `two`, with an event in each."""
    make = Factory(session)
    mentor = make.person(email="lina@example.org")
    for slug in ("one", "two"):
        programme = make.programme(slug=slug)
        session.add(Membership(programme=programme, person=mentor, role=MembershipRole.MENTOR))
        make.participation(make.event(programme, title={"en": f"Meeting of {slug}"}), mentor)
    session.commit()
    return mentor


@pytest.fixture
def coordinator(session: Session, mentor: Person) -> Person:
    """Coordinates `one`, in which they take part in nothing."""
    make = Factory(session)
    coordinator = make.person(email="nora@example.org", key="nora")
    programme = mentor.memberships[0].programme
    session.add(
        Membership(programme=programme, person=coordinator, role=MembershipRole.COORDINATOR)
    )
    session.commit()
    return coordinator


def test_url_is_one_address_and_stays_the_same(mmp: Mmp, mentor: Person) -> None:
    first, second = mmp("feed", "url", "lina@example.org"), mmp("feed", "url", " LINA@example.org ")
    assert first.exit_code == 0
    assert first.stdout.startswith("http://127.0.0.1:8000/feeds/")
    assert first.stdout.endswith(".ics\n")
    assert first.stdout == second.stdout


def test_url_leads_to_where_people_reach_the_site(
    mmp: Mmp, mentor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMP_BASE_URL", "https://mmp.example.org")
    assert mmp("feed", "url", "lina@example.org").stdout.startswith("https://mmp.example.org/feeds")


def test_show_writes_what_calendar_programs_get(mmp: Mmp, mentor: Person) -> None:
    shown = mmp("feed", "show", "lina@example.org").stdout_bytes
    assert shown.startswith(b"BEGIN:VCALENDAR\r\n")
    assert shown.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in shown.replace(b"\r\n", b"")
    assert shown.count(b"BEGIN:VEVENT") == 2
    assert mmp("feed", "show", "lina@example.org").stdout_bytes == shown


def test_a_programme_limits_it(mmp: Mmp, mentor: Person) -> None:
    shown = mmp("feed", "show", "lina@example.org", "--programme", "two").stdout_bytes
    assert b"Meeting of two" in shown
    assert b"Meeting of one" not in shown
    every, two = (
        mmp("feed", "url", "lina@example.org", *option).stdout
        for option in ((), ("--programme", "two"))
    )
    assert every != two


def test_a_coordinator_gets_the_whole_programme(mmp: Mmp, coordinator: Person) -> None:
    own = mmp("feed", "show", "nora@example.org").stdout_bytes
    whole = mmp("feed", "show", "nora@example.org", "--programme", "one").stdout_bytes
    assert b"Meeting of one" not in own
    assert b"Meeting of one" in whole


def test_it_ends_with_the_coordinators_part(
    mmp: Mmp, coordinator: Person, session: Session
) -> None:
    coordinator.memberships[0].status = MembershipStatus.ALUMNI
    session.commit()
    result = mmp("feed", "show", "nora@example.org", "--programme", "one")
    assert result.exit_code == 2
    assert result.stdout_bytes == b""


@pytest.mark.parametrize(
    ("arguments", "told"),
    (
        (("nobody@example.org",), "Nobody here has the address nobody@example.org"),
        (("",), "Nobody here"),
        (("لينا\n@example.org",), "Nobody here"),
        (("lina@example.org", "--programme", "three"), "no programme 'three'"),
        (("nora@example.org", "--programme", "two"), "no part in two"),
    ),
)
@pytest.mark.parametrize("command", ("url", "show"))
def test_who_or_what_is_unknown_is_one_line(
    mmp: Mmp, coordinator: Person, command: str, arguments: tuple[str, ...], told: str
) -> None:
    result = mmp("feed", command, *arguments)
    assert result.exit_code == 2
    assert result.stdout_bytes == b""
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_before_the_first_upgrade_it_says_what_to_type(mmp: Mmp, instance: Path) -> None:
    result = mmp("feed", "url", "lina@example.org")
    assert result.exit_code == 1
    assert "mmp db upgrade" in result.stderr
