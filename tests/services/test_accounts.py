"""Passwords and codes: what is refused, what works once, what ends."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.passwords import ArgonPasswords
from mmp.core.errors import UserError
from mmp.models import Account, HistoryEntry, Person
from mmp.models.enums import Strength
from mmp.services import accounts, sessions
from tests.support.door import Authenticator
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
WORLD = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
GOOD = "seven green bicycles"


class World:
    """The time authenticators live in."""

    def __init__(self) -> None:
        self.at = WORLD

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def passwords(world: World) -> ArgonPasswords:
    return ArgonPasswords("a secret key for the tests alone", world.now)


@pytest.fixture
def person(session: Session) -> Person:
    make = Factory(session)
    return make.person(make.programme(), name="Lina Haddad Khalil", email="lina.haddad@example.org")


@pytest.fixture
def account(session: Session, person: Person, passwords: ArgonPasswords) -> Account:
    return accounts.set_password(
        session, now=NOW, passwords=passwords, person=person, password=GOOD
    )


def test_the_password_is_kept_as_argon2id(account: Account) -> None:
    assert account.password
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_opens(
    session: Session, account: Account, passwords: ArgonPasswords
) -> None:
    def check(email: str, password: str) -> Account | None:
        return accounts.check_password(session, passwords=passwords, email=email, password=password)

    assert check(" Lina.Haddad@example.org", GOOD) is account
    assert check("lina.haddad@example.org", GOOD + " ") is None
    assert check("nobody@example.org", GOOD) is None
    assert check("nobody@example.org", "nobody's password") is None
    account.active = False
    assert check("lina.haddad@example.org", GOOD) is None


def test_one_spelling_of_what_looks_alike(passwords: ArgonPasswords) -> None:
    stored = passwords.hash("caf\u00e9 ﬁlls up")
    assert passwords.matches("cafe\u0301 fills up", stored)


@pytest.mark.parametrize(
    "weak",
    (
        *("", "eleven chars"[:11], "a" * 300, "aaaaaaaaaaaa", "121212121212", "Password1234"),
        *("Lina Haddad Khalil", "linahaddadkhalil", "lina.haddad@example.org"),
    ),
)
def test_weak_passwords_are_refused(person: Person, weak: str) -> None:
    with pytest.raises(UserError) as refused:
        accounts.refuse_weak(weak, person)
    assert refused.value.field == "password"


@pytest.mark.parametrize("good", (GOOD, "كلمات كثيرة سهلة", "correct horse battery staple"))
def test_long_ones_are_taken_in_any_script(person: Person, good: str) -> None:
    accounts.refuse_weak(good, person)


def test_a_new_password_signs_the_other_devices_out(
    session: Session, person: Person, account: Account, passwords: ArgonPasswords
) -> None:
    here, _ = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    accounts.set_password(
        session,
        now=NOW,
        passwords=passwords,
        person=person,
        password="another good one",
        sign_in_id=here.id,
    )
    session.expire_all()
    assert [one.id for one in sessions.live(session, now=NOW, person_id=person.id)] == [here.id]
    actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions == ["password_set", "password_changed"]


@pytest.fixture
def phone(
    session: Session, account: Account, passwords: ArgonPasswords, person: Person, world: World
) -> Authenticator:
    """An authenticator that the account asks for; its code of `WORLD` is used."""
    secret = passwords.new_secret()
    address, key = passwords.setup(secret, "lina.haddad@example.org")
    assert address.startswith("otpauth://totp/mmp:lina.haddad@example.org?secret=")
    phone = Authenticator(key)
    here, _ = sessions.start(session, now=NOW, person=person, strength=Strength.LINK)
    sessions.start(session, now=NOW, person=person, strength=Strength.LINK)
    codes = accounts.start_codes(
        session,
        now=NOW,
        passwords=passwords,
        account=account,
        secret=secret,
        code=phone.code(world.at),
        sign_in_id=here.id,
    )
    phone.recovery_codes = codes
    session.commit()
    assert [one.id for one in sessions.live(session, now=NOW, person_id=person.id)] == [here.id]
    return phone


def _take(session: Session, passwords: ArgonPasswords, account: Account, code: str) -> bool:
    try:
        accounts.take_code(session, now=NOW, passwords=passwords, account=account, code=code)
    except UserError:
        session.rollback()
        return False
    session.commit()
    session.expire_all()
    return True


def test_a_code_is_taken_once(
    session: Session,
    account: Account,
    passwords: ArgonPasswords,
    phone: Authenticator,
    world: World,
) -> None:
    first = phone.code(world.at)
    assert not _take(session, passwords, account, first), "it was given when codes were set up"
    world.at += timedelta(seconds=30)
    second = phone.code(world.at)
    assert _take(session, passwords, account, f" {second[:3]} {second[3:]} ")
    assert not _take(session, passwords, account, second)
    assert not _take(session, passwords, account, first), "older than the last one taken"


@pytest.mark.parametrize(
    ("steps", "taken"), ((-2, False), (-1, True), (0, True), (1, True), (2, False))
)
def test_a_clock_may_be_half_a_minute_off(
    session: Session,
    account: Account,
    passwords: ArgonPasswords,
    phone: Authenticator,
    world: World,
    steps: int,
    taken: bool,
) -> None:
    world.at += timedelta(hours=1)
    assert _take(session, passwords, account, phone.code(world.at, steps)) is taken


@pytest.mark.parametrize(
    "nonsense", ("", "000000000", "abcdef", "12345", "٠٠٠", "x" * 500, "²²²²²²")
)
def test_nonsense_is_no_code(
    session: Session,
    account: Account,
    passwords: ArgonPasswords,
    phone: Authenticator,
    nonsense: str,
) -> None:
    assert not _take(session, passwords, account, nonsense)


def test_arabic_digits_are_digits(
    session: Session,
    account: Account,
    passwords: ArgonPasswords,
    phone: Authenticator,
    world: World,
) -> None:
    world.at += timedelta(hours=1)
    arabic = "".join(chr(0x660 + int(digit)) for digit in phone.code(world.at))
    assert _take(session, passwords, account, arabic)


def test_recovery_codes_work_once_each(
    session: Session, account: Account, passwords: ArgonPasswords, phone: Authenticator
) -> None:
    codes = phone.recovery_codes
    assert len(set(codes)) == accounts.RECOVERY_CODES
    assert not set(codes) & set(account.mf_recovery_codes or ())
    assert _take(session, passwords, account, codes[0].upper())
    assert not _take(session, passwords, account, codes[0])
    assert _take(session, passwords, account, codes[1].replace("-", " "))
    accounts.new_recovery_codes(session, now=NOW, account=account)
    assert not _take(session, passwords, account, codes[2])


def test_two_at_one_moment_take_a_code_once(
    session: Session, account: Account, passwords: ArgonPasswords, phone: Authenticator
) -> None:
    with Session(session.get_bind()) as other:
        theirs = other.get(Account, account.id)
        assert theirs is not None
        assert theirs.mf_recovery_codes
        assert account.mf_recovery_codes
        session.commit()
        other.rollback()
        theirs = other.get(Account, account.id)
        assert theirs is not None
        _ = theirs.mf_recovery_codes, account.mf_recovery_codes
        other.commit()
        assert _take(session, passwords, account, phone.recovery_codes[0])
        assert not _take(other, passwords, theirs, phone.recovery_codes[0])


def test_a_reset_leaves_nothing_to_sign_in_with(
    session: Session,
    person: Person,
    account: Account,
    passwords: ArgonPasswords,
    phone: Authenticator,
) -> None:
    accounts.reset(session, now=NOW, account=account)
    session.commit()
    assert not accounts.uses_codes(account)
    assert not accounts.check_password(
        session, passwords=passwords, email=person.email or "", password=GOOD
    )
    assert not _take(session, passwords, account, phone.recovery_codes[0])
    assert not sessions.live(session, now=NOW, person_id=person.id)


def test_secrets_of_authenticators_are_encrypted(
    account: Account, phone: Authenticator, passwords: ArgonPasswords, world: World
) -> None:
    assert account.tf_totp_secret
    assert phone.key not in account.tf_totp_secret
    world.at += timedelta(hours=1)
    stranger = ArgonPasswords("another secret key for the tests", world.now)
    assert stranger.counter_of(phone.code(world.at), account.tf_totp_secret, None) is None
