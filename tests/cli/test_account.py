"""Helping somebody back in."""

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from mmp.models import Account
from mmp.models.enums import MembershipRole
from tests.cli.conftest import Mmp
from tests.support.factories import MADE_AT, Factory


def test_a_reset_leads_back_in(mmp: Mmp, session: Session) -> None:
    make = Factory(session)
    person = make.person(make.programme(), MembershipRole.COORDINATOR, email="sara@example.org")
    account = Account(
        person_id=person.id,
        fs_uniquifier="x",
        password="$argon2id$lost",
        tf_primary_method="authenticator",
        created_at=MADE_AT,
    )
    session.add(account)
    session.commit()
    said = mmp("account", "reset", " Sara@example.org")
    assert said.exit_code == 0
    session.refresh(account)
    assert (account.password, account.tf_primary_method) == (None, None)
    path = urlsplit(said.stdout.strip()).path
    assert path.startswith("/en/sign-in/links/")


def test_nobody_of_that_address(mmp: Mmp, database_url: str) -> None:
    said = mmp("account", "reset", "nobody@example.org")
    assert said.exit_code == 2
    assert said.stderr == "mmp: Nobody here has an account by nobody@example.org.\n"
