"""The programme file: its sections and their fields, in the order in which an export writes them.

See docs/programme-file.yaml for the same by example. Events have a module of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import (
    Choice,
    Code,
    Flag,
    Handle,
    Kind,
    Line,
    ListOf,
    Plain,
    Prose,
    Ref,
    Whole,
)
from mmp.core.programme_file.reader import Reader
from mmp.core.programme_file.records import Anything, Item, MapOf, Record, part
from mmp.core.programme_file.texts import Text
from mmp.core.programme_file.times import Day, Instant, MilestoneDays
from mmp.core.programme_file.words import (
    Colour,
    Country,
    Email,
    Filename,
    Language,
    Link,
    LocaleName,
    Uuid,
    Zone,
)
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models.enums import (
    BreakKind,
    CalendarDelivery,
    DeclinedEvents,
    FormKind,
    Gender,
    MembershipRole,
    MembershipStatus,
    QuestionKind,
    Region,
    StakeholderGroup,
)
from mmp.services.programme_files.format_events import FileEvent, FileOrganisationRole

VERSION = 1


class Version(Kind):
    """The version of the format."""

    def parse(self, text: str, reader: Reader) -> int:
        if text != str(VERSION):
            raise UserError(
                "This file is of version “%(text)s”; mmp reads version %(version)s.",
                text=text,
                version=VERSION,
            )
        return VERSION

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return value

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"const": VERSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePhase(Item):
    name: Translated = part(Text(line=True), required=True)
    starts_on: date | None = part(Day(), name="from")
    ends_on: date | None = part(Day(), name="to")
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBreak(Item):
    kind: BreakKind = part(Choice(BreakKind), default=BreakKind.OTHER)
    name: Translated = part(Text(line=True), required=True)
    starts_on: date = part(Day(), "The first day.", name="from", required=True)
    ends_on: date = part(Day(), "The last day.", name="to", required=True)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMilestone(Item):
    title: Translated = part(Text(line=True), required=True)
    description: Translated = part(Text())
    when: When = part(MilestoneDays(), required=True, column=False)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeries(Item):
    name: Translated = part(Text(line=True), required=True)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTheme(Item):
    title: Translated = part(Text(line=True), required=True)
    description: Translated = part(Text())
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProgramme(Item):
    slug: str = part(Handle(), "Its address: /en/programmes/SLUG/", required=True)
    name: Translated = part(Text(line=True), required=True)
    summary: Translated = part(Text())
    languages: list[str] = part(
        ListOf(Language(), at_least=1, usual=["en"]),
        "The first is that of texts without a language.",
        always=True,
    )
    zone: str = part(Zone(), "The time zone where nothing else is said.", required=True)
    colour: str = part(Colour(), default="steelblue")
    reply_to: str | None = part(Email())
    organisations: list[FileOrganisationRole] = part(
        ListOf(Record(FileOrganisationRole)), column=False
    )
    phases: dict[str, FilePhase] = part(MapOf(Record(FilePhase)), column=False)
    breaks: dict[str, FileBreak] = part(MapOf(Record(FileBreak)), column=False)
    milestones: dict[str, FileMilestone] = part(MapOf(Record(FileMilestone)), column=False)
    series: dict[str, FileSeries] = part(
        MapOf(Record(FileSeries), section="programme/series"), column=False
    )
    themes: dict[str, FileTheme] = part(
        MapOf(Record(FileTheme), section="programme/themes"), column=False
    )
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrganisation(Item):
    name: Translated = part(Text(line=True), required=True)
    country: str | None = part(Country(), "ISO 3166")
    group: StakeholderGroup | None = part(Choice(StakeholderGroup))
    url: str | None = part(Link())
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMembership(Item):
    role: MembershipRole = part(Choice(MembershipRole), required=True)
    status: MembershipStatus = part(Choice(MembershipStatus), default=MembershipStatus.ACTIVE)
    starts_on: date | None = part(Day(), name="from")
    ends_on: date | None = part(Day(), name="to")
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePerson(Item):
    name: str = part(Line(), required=True)
    name_native: str | None = part(Line(), "The name in its own script.")
    email: str | None = part(Email(), "None for a speaker who gets no mail.")
    country: str | None = part(Country(), "ISO 3166")
    region: Region = part(Choice(Region), default=Region.OTHER)
    zone: str | None = part(Zone(), "Where nothing is said: the programme's.")
    locale: str = part(LocaleName(), "CLDR: language and country.", default="en")
    organisation: str | None = part(Ref("organisations"))
    position: Translated = part(Text(line=True))
    group: StakeholderGroup | None = part(Choice(StakeholderGroup))
    gender: Gender = part(Choice(Gender), default=Gender.NOT_STATED)
    gender_description: str | None = part(Prose(), "In their own words, with self_described.")
    languages: list[str] = part(ListOf(Language()))
    discreet: bool = part(Flag(), "Hides name, pair and events from all but those concerned.")
    calendar_delivery: CalendarDelivery = part(
        Choice(CalendarDelivery), name="calendar", default=CalendarDelivery.FEED
    )
    declined_events: DeclinedEvents = part(Choice(DeclinedEvents), default=DeclinedEvents.KEEP)
    alarm_minutes: int | None = part(Whole(0, 40_320))
    roles: list[FileMembership] = part(ListOf(Record(FileMembership, short="role")), column=False)
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMember(Item):
    person: str = part(Ref("people"), required=True)
    starts_on: date | None = part(Day(), name="from")
    ends_on: date | None = part(Day(), name="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePair(Item):
    members: list[FileMember] = part(
        ListOf(Record(FileMember, short="person")), "Two or three.", required=True, column=False
    )
    starts_on: date = part(Day(), name="from", required=True)
    ends_on: date | None = part(Day(), name="to")
    end_reason: str | None = part(Prose(), "Why it ended.", name="reason")
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDocument(Item):
    title: Translated = part(Text(line=True), required=True)
    event: str | None = part(Ref("events"))
    public: bool = part(Flag())
    files: dict[str, str] = part(
        MapOf(Filename(longest=500), keys=Language()), "One for each language.", column=False
    )
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion(Item):
    kind: QuestionKind = part(Choice(QuestionKind), required=True)
    text: Translated = part(Text(), required=True)
    required: bool = part(Flag())
    options: dict[str, Translated] = part(MapOf(Text(), keys=Code()), column=False)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResponse(Item):
    person: str | None = part(Ref("people"))
    submitted_at: datetime = part(Instant(), required=True)
    answers: dict[str, Any] = part(MapOf(Anything()), column=False)
    id: UUID | None = part(Uuid(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm(Item):
    kind: FormKind = part(Choice(FormKind), required=True)
    title: Translated = part(Text(line=True), required=True)
    introduction: Translated = part(Text())
    event: str | None = part(Ref("events"))
    anonymous: bool = part(Flag())
    opens_at: datetime | None = part(Instant())
    closes_at: datetime | None = part(Instant())
    questions: dict[str, FileQuestion] = part(MapOf(Record(FileQuestion)), column=False)
    responses: list[FileResponse] = part(ListOf(Record(FileResponse)), column=False)
    id: UUID | None = part(Uuid(), column=False)
    created_at: datetime | None = part(Instant(), column=False)
    changed_at: datetime | None = part(Instant(), column=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHistoryEntry(Item):
    at: datetime = part(Instant(), required=True)
    by: str | None = part(Ref("people"), "Nobody: the system itself.")
    kind: str = part(Line(longest=32), required=True)
    of: str = part(Line(longest=250), "A handle, or event/item, or a UUID.", required=True)
    action: str = part(Line(longest=32), required=True)
    changes: Any = part(Anything(), "From what to what, by field.", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeFile(Item):
    mmp: int = part(Version(), "The version of this format.", required=True)
    programme: FileProgramme = part(Record(FileProgramme), required=True)
    organisations: dict[str, FileOrganisation] = part(
        MapOf(Record(FileOrganisation), section="organisations")
    )
    people: dict[str, FilePerson] = part(MapOf(Record(FilePerson), section="people"))
    pairs: dict[str, FilePair] = part(MapOf(Record(FilePair), section="pairs"))
    events: dict[str, FileEvent] = part(MapOf(Record(FileEvent), section="events"))
    documents: dict[str, FileDocument] = part(MapOf(Record(FileDocument)))
    forms: dict[str, FileForm] = part(MapOf(Record(FileForm)))
    history: list[FileHistoryEntry] = part(ListOf(Record(FileHistoryEntry)))
