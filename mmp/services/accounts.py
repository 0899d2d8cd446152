"""Accounts: passwords, one-time codes and recovery codes of who needs more than a mail link."""

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from mmp.adapters.passwords import Passwords
from mmp.core.errors import UserError
from mmp.models import Account, Membership, Person
from mmp.models.enums import MembershipStatus
from mmp.services import history, sessions
from mmp.services.account_mails import What, tell_account_changed
from mmp.services.feeds import RUNS_PROGRAMME

SHORTEST, LONGEST = 12, 256
RECOVERY_CODES = 8
_CODES = "authenticator"
_TOO_COMMON = frozenset(
    [
        *("123456789012", "1234567890123", "123456123456", "password1234", "password12345"),
        *("passwordpassword", "qwertyuiop12", "qwertyuiop123", "qwertyuiopas", "administrator"),
        *("1q2w3e4r5t6y", "abcdefghijkl", "letmeinletmein", "iloveyou1234", "welcome12345"),
        *("changemenow1", "motdepasse123", "motdepasse1234"),
    ]
)


def account_of(session: Session, person_id: int) -> Account | None:
    """A person's account."""
    return session.scalar(
        select(Account).where(Account.person_id == person_id).options(joinedload(Account.person))
    )


def account_of_address(session: Session, email: str) -> Account | None:
    """The open account of who has this e-mail address."""
    return session.scalar(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Person.email == email.strip().lower(), Account.active)
        .options(joinedload(Account.person))
    )


def check_password(
    session: Session, *, passwords: Passwords, email: str, password: str
) -> Account | None:
    """The open account of this address if that is its password. Takes as long for any other."""
    account = account_of_address(session, email)
    right = passwords.matches(password[:LONGEST], account.password if account else None)
    return account if right else None


def set_password(
    session: Session,
    *,
    now: datetime,
    passwords: Passwords,
    person: Person,
    password: str,
    sign_in_id: int | None = None,
) -> Account:
    """Give `person` this password, and an account where they had none.

    Every other device of theirs is signed out; `sign_in_id` is this one. A mail tells them, but not
    of the first password of all. Raises UserError (field `password`) for one that is too short, too
    long or easily guessed.
    """
    refuse_weak(password, person)
    account = account_of(session, person.id)
    action = "password_changed" if account and account.password else "password_set"
    if account is None:
        account = Account(person_id=person.id, fs_uniquifier=uuid4().hex, created_at=now)
        session.add(account)
    account.password = passwords.hash(password)
    session.flush()
    sessions.end_all(session, now=now, person_id=person.id, but=sign_in_id)
    _record(session, now, person, account, action)
    if action == "password_changed" or sign_in_id is not None:
        tell_account_changed(session, now=now, person=person, what=What.PASSWORD)
    return account


def refuse_weak(password: str, person: Person) -> None:
    """Raise UserError (field `password`) for a password that is short or easily guessed.

    Length counts, not kinds of characters (NIST SP 800-63B, section 5.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(
            "Give at least %(shortest)d characters; several words are easy to remember.",
            field="password",
            shortest=SHORTEST,
        )
    plain = password.casefold().replace(" ", "")
    known = [person.name, person.email or "", (person.email or "").partition("@")[0]]
    mine = any(plain == word.casefold().replace(" ", "") for word in known)
    if mine or plain in _TOO_COMMON or len(set(plain)) < 5:
        raise UserError("That is guessed first; take several words.", field="password")


def reset(session: Session, *, now: datetime, account: Account) -> None:
    """Take password and codes away and sign every device out, for who lost them: the next link
    lets them choose anew."""
    account.password = account.tf_primary_method = account.tf_totp_secret = None
    account.tf_last_counter = account.mf_recovery_codes = None
    session.flush()
    sessions.end_all(session, now=now, person_id=account.person_id)
    history.record(
        session,
        now=now,
        actor=None,
        programme=None,
        kind="account",
        uuid=account.uuid,
        action="reset",
    )
    tell_account_changed(session, now=now, person=account.person, what=What.RESET)


def uses_codes(account: Account) -> bool:
    """Whether the account asks for a one-time code."""
    return account.tf_primary_method is not None


def start_codes(
    session: Session,
    *,
    now: datetime,
    passwords: Passwords,
    account: Account,
    secret: str,
    code: str,
    sign_in_id: int,
) -> list[str]:
    """Ask the account for codes of this authenticator from now on; gives new recovery codes.

    Every other device is signed out, for it gave none; `sign_in_id` is this one. `code` shows
    that the authenticator has the secret. Raises UserError (field `code`).
    """
    counter = passwords.counter_of(_plain(code), secret, None)
    if counter is None:
        raise _wrong_code()
    what = What.CODES_MOVED if uses_codes(account) else What.CODES_ON
    account.tf_totp_secret, account.tf_primary_method = secret, _CODES
    account.tf_last_counter = counter
    sessions.end_all(session, now=now, person_id=account.person_id, but=sign_in_id)
    _record(session, now, account.person, account, "codes_set")
    tell_account_changed(session, now=now, person=account.person, what=what)
    return _make_recovery_codes(session, now, account)


def stop_codes(session: Session, *, now: datetime, account: Account, sign_in_id: int) -> None:
    """Ask the account for no codes any more; its recovery codes end too. A second time does
    nothing.

    Every other device is signed out. Raises UserError for who plans a programme.
    """
    if must_use_codes(session, account.person_id):
        raise UserError("Who plans a programme signs in with codes; they stay on.")
    if not uses_codes(account):
        return
    account.tf_primary_method = account.tf_totp_secret = None
    account.tf_last_counter = account.mf_recovery_codes = None
    session.flush()
    sessions.end_all(session, now=now, person_id=account.person_id, but=sign_in_id)
    _record(session, now, account.person, account, "codes_stopped")
    tell_account_changed(session, now=now, person=account.person, what=What.CODES_OFF)


def must_use_codes(session: Session, person_id: int) -> bool:
    """Whether their role asks for codes wherever the installation does: coordinators' and
    assistants' do, in any programme."""
    found = session.scalar(
        select(Membership.id)
        .where(
            Membership.person_id == person_id,
            Membership.role.in_(RUNS_PROGRAMME),
            Membership.status == MembershipStatus.ACTIVE,
        )
        .limit(1)
    )
    return found is not None


def sign_out_others(session: Session, *, now: datetime, person: Person, sign_in_id: int) -> bool:
    """Sign every device of theirs out but this one; a mail tells them. Tells whether there was
    another."""
    devices = sessions.live(session, now=now, person_id=person.id)
    sessions.end_all(session, now=now, person_id=person.id, but=sign_in_id)
    if all(one.id == sign_in_id for one in devices):
        return False
    tell_account_changed(session, now=now, person=person, what=What.SIGNED_OUT)
    return True


def new_recovery_codes(session: Session, *, now: datetime, account: Account) -> list[str]:
    """Codes of 80 bits, each good once in the place of the authenticator's; older ones end, and a
    mail says so. Only their hashes are stored."""
    made = _make_recovery_codes(session, now, account)
    tell_account_changed(session, now=now, person=account.person, what=What.RECOVERY_CODES)
    return made


def _make_recovery_codes(session: Session, now: datetime, account: Account) -> list[str]:
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    account.mf_recovery_codes = [_hash(code) for code in codes]
    session.flush()
    _record(session, now, account.person, account, "recovery_codes_made")
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]


def take_code(
    session: Session, *, now: datetime, passwords: Passwords, account: Account, code: str
) -> None:
    """Accept a code of the authenticator or a recovery code, each once.

    Raises UserError (field `code`), also where the same code came twice at one moment.
    """
    plain = _plain(code)
    if len(plain) == 16:
        _take_recovery_code(session, now, account, plain)
        return
    counter = passwords.counter_of(plain, account.tf_totp_secret or "", account.tf_last_counter)
    if counter is None:
        raise _wrong_code()
    taken = session.execute(
        update(Account)
        .where(
            Account.id == account.id,
            or_(Account.tf_last_counter.is_(None), Account.tf_last_counter < counter),
        )
        .values(tf_last_counter=counter)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    if taken.scalar_one_or_none() is None:
        raise _wrong_code()


def _take_recovery_code(session: Session, now: datetime, account: Account, plain: str) -> None:
    hashed, left = _hash(plain), list(account.mf_recovery_codes or ())
    if hashed not in left:
        raise _wrong_code()
    left.remove(hashed)
    account.mf_recovery_codes = left
    try:
        session.flush()
    except StaleDataError as error:  # the same moment, another request
        raise _wrong_code() from error
    _record(session, now, account.person, account, "recovery_code_used")


def _wrong_code() -> UserError:
    return UserError(
        "This code is not right or was used already; take the one shown now.", field="code"
    )


def _plain(code: str) -> str:
    """Without the spaces and hyphens it is written with, in Western digits."""
    kept = "".join(letter for letter in code if letter.isalnum()).lower()
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in kept)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _record(session: Session, now: datetime, person: Person, account: Account, action: str) -> None:
    history.record(
        session,
        now=now,
        actor=person,
        programme=None,
        kind="account",
        uuid=account.uuid,
        action=action,
    )
