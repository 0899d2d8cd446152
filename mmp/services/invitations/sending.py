"""Inviting people, and seeing beforehand what each of them would get."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from mmp.adapters.renderer import Rendered
from mmp.core.errors import NotFound, UserError
from mmp.core.mail import Site, blot_out, pack
from mmp.models import Event, Invitation, Mail, Person
from mmp.models.enums import InvitationState
from mmp.services import history, outbox
from mmp.services.answers.seats import in_turn
from mmp.services.calendar_parts import part_for, raise_sequence
from mmp.services.desk import person_of
from mmp.services.invitations import letters
from mmp.services.invitations.audience import Blocked, Choice, Entry, Line, Plan, would_invite
from mmp.services.outbox.contents import rendered_mail
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class Sent:
    """What inviting did: how many people, in how many mails."""

    people: int
    mails: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail as its reader would see it, secret addresses blotted out."""

    rendered: Rendered = field(repr=False)
    entry: Entry
    in_calendar: bool


def invite(session: Session, *, actor: Actor, now: datetime, event: Event, choice: Choice) -> Sent:
    """Send their invitations to those whom the choice means and who were not told the same yet.

    Raises UserError for a draft, for what is cancelled or over, and where the day is open.
    """
    event = in_turn(session, event.id)
    plan = would_invite(session, now=now, event=event, choice=choice)
    _check(plan)
    inviter = person_of(session, actor)
    _rise_above(session, now, event, [one for line in plan.invited for one in line.gets])
    unsent = letters.Unsent.of(session, event)
    for line in plan.invited:
        for entry in line.gets:
            row = entry.row or _new_row(now, event, line.person, entry)
            session.add(row)
            again = row.state is InvitationState.CANCELLED
            unsent.withdraw(session, now=now, row=row)
            letter = _letter(event, line, entry, row, now, inviter.name, again=again)
            letters.send(session, now=now, event=event, row=row, letter=letter)
    if plan.invited:
        history.record(
            session,
            now=now,
            actor=inviter,
            programme=event.programme,
            kind="event",
            uuid=event.uuid,
            action="invited",
            changes={"invited": [None, [line.person.key for line in plan.invited]]},
        )
    session.flush()
    return Sent(len(plan.invited), plan.mails)


def preview_mail(
    session: Session, *, actor: Actor, now: datetime, event: Event, person: UUID, site: Site
) -> tuple[Line, list[Sample]]:
    """What one person would get now. Raises NotFound for who is not among those to invite."""
    choice = Choice(people=frozenset({person}))
    plan = would_invite(session, now=now, event=event, choice=choice)
    if not plan.lines:
        raise NotFound("There is no such person.")
    line, inviter = plan.lines[0], person_of(session, actor)
    samples = []
    for number, entry in enumerate(line.gets, start=1):
        row = _new_row(now, event, line.person, entry)
        letter = _letter(event, line, entry, row, now, inviter.name, again=False)
        mail = _draft(-number, now, event, letter)
        found = rendered_mail(session, mail, site=site)
        secrets = outbox.secrets_in(mail, site=site)
        texts = (blot_out(text, secrets) for text in (found.subject, found.text, found.html))
        samples.append(Sample(Rendered(*texts), entry, line.in_calendar))
    return line, samples


def _letter(
    event: Event,
    line: Line,
    entry: Entry,
    row: Invitation,
    now: datetime,
    inviter: str,
    *,
    again: bool,
) -> letters.Letter:
    part = part_for(row, now=now, event=event, item=entry.item, wanted=line.in_calendar)
    return letters.invitation(
        event,
        line.person,
        part,
        item=entry.item,
        roles=tuple(role.value for role in entry.roles),
        participation=line.participation,
        inviter=inviter,
        again=again,
    )


def _new_row(now: datetime, event: Event, person: Person, entry: Entry) -> Invitation:
    """A row that is nowhere yet."""
    return Invitation(
        person=person,
        event=event,
        agenda_item=entry.item,
        uid=entry.uid,
        sequence=0,
        in_calendar=False,
        facts="",
        told_at=now,
    )


def _draft(number: int, now: datetime, event: Event, letter: letters.Letter) -> Mail:
    """The mail that would go, outside the database."""
    mail = Mail(
        dedupe_key="",
        kind=letter.kind,
        template=letter.template,
        parameters=pack(letter.parameters),
        created_at=now,
        due_at=now,
        next_at=now,
        optional=False,
        person=letter.person,
        programme=None if letter.person.discreet else event.programme,
        event=event,
    )
    mail.id, mail.person_id, mail.event_id = number, letter.person.id, event.id
    mail.programme_id = mail.programme.id if mail.programme else None
    return mail


def _check(plan: Plan) -> None:
    match plan.blocked:
        case Blocked.DRAFT:
            raise UserError("Publish the event first: people are invited to what they can see.")
        case Blocked.CANCELLED:
            raise UserError("The event is cancelled.")
        case Blocked.NO_DAY:
            raise UserError("Fix the day first: a calendar needs one.")
        case Blocked.OVER:
            raise UserError("The event is over.")


def _rise_above(session: Session, now: datetime, event: Event, entries: list[Entry]) -> None:
    """Who got a CANCEL, or not the last mail, is asked again with a higher SEQUENCE."""
    for entry in entries:
        row, item = entry.row, entry.item
        if row is None or not (entry.lost or row.state is InvitationState.CANCELLED):
            continue
        if event.sequence + (item.sequence if item else 0) <= row.sequence:
            raise_sequence(session, item or event, now=now)
