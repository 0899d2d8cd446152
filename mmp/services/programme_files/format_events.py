"""The programme file's events, with their agenda and their participants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mmp.core.programme_file.kinds import Choice, Flag, Handle, Line, ListOf, Prose, Ref, Whole
from mmp.core.programme_file.records import Item, MapOf, Record, part
from mmp.core.programme_file.texts import Text
from mmp.core.programme_file.times import Clock, ClockTime, Day, Instant, WhenKind
from mmp.core.programme_file.words import Country, Link, Uid, Uuid, Zone
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AttendanceForm,
    AttendanceSource,
    AttributionConsent,
    Audience,
    Entry,
    EventForm,
    EventStatus,
    MembershipRole,
    OrganisationRoleName,
    Partstat,
    StakeholderGroup,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrganisationRole(Item):
    organisation: str = part(Ref("organisations"), required=True)
    role: OrganisationRoleName = part(Choice(OrganisationRoleName), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDelegation(Item):
    name: Translated = part(Text(line=True))
    country: str | None = part(Country(), "ISO 3166")
    organisation: str | None = part(Ref("organisations"))
    seats: int | None = part(Whole(0, 100_000))
    note: str | None = part(Prose())
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttendance(Item):
    item: str | None = part(Handle(), "An agenda item; without it or a day, the whole event.")
    day: date | None = part(Day())
    present: bool = part(Flag(), default=True)
    form: AttendanceForm | None = part(Choice(AttendanceForm))
    source: AttendanceSource = part(Choice(AttendanceSource), default=AttendanceSource.RECORDED)
    recorded_at: datetime = part(Instant(), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParticipation(Item):
    person: str = part(Ref("people"), required=True, column=False)
    entry: Entry = part(Choice(Entry), default=Entry.INVITED)
    partstat: Partstat = part(Choice(Partstat), name="answer", default=Partstat.NEEDS_ACTION)
    answered_at: datetime | None = part(Instant())
    answer_note: str | None = part(Prose(), name="note")
    form: AttendanceForm | None = part(Choice(AttendanceForm))
    organisation_name: Translated = part(Text(line=True), "As it was then.", name="organisation")
    position: Translated = part(Text(line=True))
    group: StakeholderGroup | None = part(Choice(StakeholderGroup))
    delegation: str | None = part(Handle())
    attendance: list[FileAttendance] = part(ListOf(Record(FileAttendance)), column=False)
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParticipants(Item):
    all: list[MembershipRole] = part(
        ListOf(Choice(MembershipRole)), "Every active member in these roles."
    )
    people: list[FileParticipation] = part(ListOf(Record(FileParticipation, short="person")))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAgendaRole(Item):
    role: AgendaRoleName = part(Choice(AgendaRoleName), required=True)
    person: str | None = part(Ref("people"))
    pair: str | None = part(Ref("pairs"))
    introduced_as: Translated = part(
        Text(line=True), "Position and organisation as they were then."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContribution(Item):
    person: str | None = part(Ref("people"))
    pair: str | None = part(Ref("pairs"))
    text: Translated = part(Text(), required=True)
    consent: AttributionConsent = part(Choice(AttributionConsent), default=AttributionConsent.NO)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReference(Item):
    framework: str = part(Line(), required=True)
    objective: str | None = part(Line())


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecommendation(Item):
    title: Translated = part(Text(line=True), required=True)
    text: Translated = part(Text())
    references: list[FileReference] = part(ListOf(Record(FileReference)), column=False)
    id: UUID | None = part(Uuid(), column=False)


def _agenda_item() -> type[FileAgendaItem]:
    return FileAgendaItem


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAgendaItem(Item):
    kind: AgendaKind = part(Choice(AgendaKind), default=AgendaKind.OTHER)
    title: Translated = part(Text(line=True), required=True)
    description: Translated = part(Text())
    starts: ClockTime | None = part(Clock(), name="from", column=False)
    ends: ClockTime | None = part(Clock(), name="to", column=False)
    zone: str | None = part(Zone(), "Where it is not the event's.", column=False)
    room: Translated = part(Text(line=True))
    join_link: str | None = part(Link())
    audience: Audience = part(Choice(Audience), default=Audience.EVERYONE)
    theme: str | None = part(Ref("programme/themes"))
    status: EventStatus = part(Choice(EventStatus), default=EventStatus.PUBLISHED)
    roles: list[FileAgendaRole] = part(ListOf(Record(FileAgendaRole)), column=False)
    guiding_questions: list[Translated] = part(ListOf(Text()), column=False)
    contributions: list[FileContribution] = part(ListOf(Record(FileContribution)), column=False)
    recommendations: dict[str, FileRecommendation] = part(
        MapOf(Record(FileRecommendation)), column=False
    )
    id: UUID | None = part(Uuid(), column=False)
    uid: str | None = part(Uid(), "iCalendar's UID, for life.", column=False)
    sequence: int | None = part(Whole(0, 1_000_000), "iCalendar's SEQUENCE.", column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)
    cancelled_at: datetime | None = part(Instant(), column=False)
    items: dict[str, FileAgendaItem] = part(
        MapOf(Record(_agenda_item)), "Items inside this one.", column=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent(Item):
    title: Translated = part(Text(line=True), required=True)
    description: Translated = part(Text())
    pair: str | None = part(Ref("pairs"), "A talk of this pair; only they see it.")
    when: When = part(WhenKind(), required=True, column=False)
    form: EventForm = part(Choice(EventForm), default=EventForm.NOT_STATED)
    venue: Translated = part(Text(line=True))
    address: Translated = part(Text())
    city: Translated = part(Text(line=True))
    country: str | None = part(Country(), "ISO 3166")
    join_link: str | None = part(Link())
    series: str | None = part(Ref("programme/series"))
    number: int | None = part(Whole(1, 100_000), "The place in its series.")
    theme: str | None = part(Ref("programme/themes"))
    contact: str | None = part(Ref("people"))
    predecessors: list[str] = part(ListOf(Ref("events")), column=False)
    status: EventStatus = part(Choice(EventStatus), default=EventStatus.DRAFT)
    capacity: int | None = part(Whole(0, 1_000_000))
    expected: int | None = part(
        Whole(0, 1_000_000), "How many are expected where there is no list."
    )
    guiding_questions: list[Translated] = part(ListOf(Text()), column=False)
    organisations: list[FileOrganisationRole] = part(
        ListOf(Record(FileOrganisationRole)), column=False
    )
    delegations: dict[str, FileDelegation] = part(MapOf(Record(FileDelegation)), column=False)
    id: UUID | None = part(Uuid(), column=False)
    uid: str | None = part(Uid(), "iCalendar's UID, for life.", column=False)
    sequence: int | None = part(Whole(0, 1_000_000), "iCalendar's SEQUENCE.", column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)
    cancelled_at: datetime | None = part(Instant(), column=False)
    participants: FileParticipants | None = part(Record(FileParticipants), column=False)
    agenda: dict[str, FileAgendaItem] = part(MapOf(Record(FileAgendaItem)), column=False)
