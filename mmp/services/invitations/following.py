"""Whoever was invited by mail hears of what becomes of it, whatever way it was changed.

`follow` compares what people were told with what is: it may be called at any time, and a second
time does nothing. The verbs that tell of a change in their own words come first; what they do not
see, such as a place on the list or a part in the agenda that is gone, is found here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core import ical
from mmp.models import AgendaItem, Event, Invitation, Mail, Participation
from mmp.models.enums import EventStatus, InvitationState, Partstat
from mmp.services.calendar_parts import (
    address_told,
    facts_of,
    fingerprint,
    held_entries,
    part_for,
    raise_sequence,
    takes_place,
    told,
    who_wants,
)
from mmp.services.calendars import invited_entries
from mmp.services.invitations import letters

_TOLD_BY_OTHERS = ("event_moved", "event_cancelled", "event_restored")


def follow(
    session: Session, *, now: datetime, event: Event, people: Collection[int] | None = None
) -> int:
    """Tell those who were invited to the event, or to items of it, what changed for them since;
    with `people` only those of these numbers. Gives how many mails.

    Who is not to come any more gets a CANCEL, who is again a REQUEST with a higher SEQUENCE; whose
    address is another one, a CANCEL at the old one and a REQUEST at the new one. Who declined hears
    nothing. Nobody hears of what is over, or of the talk of a pair.
    """
    if event.pair_id is not None or event.ends_at <= now:
        return 0
    held = [
        row
        for row in held_entries(session, event).values()
        if people is None or row.person_id in people
    ]
    return _Following(session, now, event, held).run() if held else 0


@dataclass(slots=True)
class _Following:
    """One round about one event."""

    session: Session
    now: datetime
    event: Event
    held: list[Invitation]

    def run(self) -> int:
        session, event = self.session, self.event
        wanted = [(row.person, event.id) for row in self.held]
        entries = invited_entries(session, wanted, base_url="https://localhost")
        declined = set(
            session.scalars(
                select(Participation.person_id).where(
                    Participation.event_id == event.id, Participation.partstat == Partstat.DECLINED
                )
            )
        )
        moved = {
            row.id
            for row in self.held
            if row.person_id not in declined and self._has_moved(row, entries)
        }
        sent = self._leave_old_addresses(moved)
        due = [
            (row, self._item(row))
            for row in self.held
            if row.person_id not in declined and self._is_due(row, entries)
        ]
        if not due:
            return 0
        self._raise(due, entries)
        wanting = who_wants(session, [row.person for row, _ in due])
        unsent = letters.Unsent.of(session, event)
        for row, item in due:
            asked, here = (row.person_id, row.uid) in entries, row.id in moved
            takes = here or row.person_id in wanting
            letter = self._letter(row, item, unsent, asked=asked, wanted=takes, new_address=here)
            if letter is not None:
                letters.send(session, now=self.now, event=event, row=row, letter=letter)
                sent += 1
        session.flush()
        return sent

    def _has_moved(self, row: Invitation, entries: dict[tuple[int, str], ical.Entry]) -> bool:
        """Whether the entry stands in the calendar of an address that is not theirs any more."""
        known, address = address_told(row), row.person.email
        stands = row.state is InvitationState.REQUESTED and row.in_calendar
        asked = (row.person_id, row.uid) in entries
        return stands and asked and bool(known and address) and known != address

    def _leave_old_addresses(self, moved: Collection[int]) -> int:
        """Take the entries back where they are. An invitation that waits goes to the new address by
        itself. Gives how many mails."""
        session, event, sent = self.session, self.event, 0
        unsent = letters.Unsent.of(session, event) if moved else None
        for row in self.held:
            if unsent is None or row.id not in moved:
                continue
            item, waits = self._item(row), unsent.invitation(row) is not None
            known, address = told(row), address_told(row)
            current = event.sequence + (item.sequence if item else 0)
            if not waits and current <= row.sequence:
                raise_sequence(session, item or event, now=self.now)
            part = part_for(
                row,
                now=self.now,
                event=event,
                item=item,
                wanted=waits,
                asked=waits,
                neutral=row.person.discreet,
            )
            if not waits:
                letter = letters.taken_off(event, row, known, part, address=address)
                letters.send(session, now=self.now, event=event, row=row, letter=letter)
                sent += 1
        return sent

    def _item(self, row: Invitation) -> AgendaItem | None:
        """The item it is about, also one that was removed and put back."""
        if row.uid == self.event.uid:
            return None
        if row.agenda_item is None:
            row.agenda_item = self.session.scalar(
                select(AgendaItem).where(
                    AgendaItem.event_id == self.event.id, AgendaItem.uid == row.uid
                )
            )
        return row.agenda_item

    def _is_due(self, row: Invitation, entries: dict[tuple[int, str], ical.Entry]) -> bool:
        asked = (row.person_id, row.uid) in entries
        if row.state is InvitationState.CANCELLED:
            return asked
        if not asked:
            return True
        return row.facts != fingerprint(facts_of(self.event, self._item(row)))

    def _raise(
        self,
        due: list[tuple[Invitation, AgendaItem | None]],
        entries: dict[tuple[int, str], ical.Entry],
    ) -> None:
        """SEQUENCE rises where no change of the row itself has raised it: for who is not asked any
        more, and for who is asked again."""
        for row, item in due:
            gone = item is None and row.uid != self.event.uid
            current = self.event.sequence + (item.sequence if item else 0)
            turns = (row.state is InvitationState.CANCELLED) is (
                (row.person_id, row.uid) in entries
            )
            if turns and not gone and current <= row.sequence:
                raise_sequence(self.session, item or self.event, now=self.now)

    def _letter(
        self,
        row: Invitation,
        item: AgendaItem | None,
        unsent: letters.Unsent,
        *,
        asked: bool,
        wanted: bool,
        new_address: bool,
    ) -> letters.Letter | None:
        session, event, now = self.session, self.event, self.now
        again, first = row.state is InvitationState.CANCELLED, unsent.invitation(row)
        if first is not None and asked:
            # It will say how things are when it leaves.
            part_for(row, now=now, event=event, item=item, wanted=wanted)
            return None
        unheard = unsent.withdraw(session, now=now, row=row)
        known = unheard or told(row)
        part = part_for(
            row,
            now=now,
            event=event,
            item=item,
            wanted=wanted,
            asked=asked,
            neutral=row.person.discreet,
        )
        facts = facts_of(event, item)
        if first is not None or (again and unheard == facts and not new_address):
            return None  # as far as they know nothing has happened
        if row.uid == event.uid and unsent.take_along(row, part):
            return None
        if not part["carried"] and row.person_id in self._heard():
            return None
        if again:
            return self._invitation(row, item, part, new_address=new_address)
        if item is None and (asked or self._is_off(row)):
            return letters.event_change(event, row.person, known, part)
        if item is not None and (asked or not takes_place(event, item)):
            return letters.change(event, item, row.person, known, part)
        return letters.taken_off(event, row, known, part)

    def _is_off(self, row: Invitation) -> bool:
        """Whether the event itself does not take place, or on no day that is known."""
        published = self.event.status is EventStatus.PUBLISHED
        off = published and not takes_place(self.event)
        return row.uid == self.event.uid and (off or self.event.status is EventStatus.CANCELLED)

    def _invitation(
        self,
        row: Invitation,
        item: AgendaItem | None,
        part: dict[str, object],
        *,
        new_address: bool,
    ) -> letters.Letter:
        line = self.session.scalar(
            select(Participation).where(
                Participation.event_id == self.event.id, Participation.person_id == row.person_id
            )
        )
        return letters.invitation(
            self.event,
            row.person,
            part,
            item=item,
            participation=line,
            again=not new_address,
            new_address=new_address,
        )

    def _heard(self) -> set[int]:
        """Who was told of the event itself at this moment."""
        return set(
            self.session.scalars(
                select(Mail.person_id).where(
                    Mail.event_id == self.event.id,
                    Mail.kind.in_(_TOLD_BY_OTHERS),
                    Mail.created_at == self.now,
                )
            )
        )
