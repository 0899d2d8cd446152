"""The closed lists of the subject. Values are stored, exported and sent: never rename one."""

from enum import StrEnum


class Gender(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    SELF_DESCRIBED = "self_described"
    NOT_STATED = "not_stated"


class Region(StrEnum):
    EUROPE = "europe"
    MENA = "mena"
    OTHER = "other"


class StakeholderGroup(StrEnum):
    GOVERNMENT = "government"
    INTERNATIONAL_ORGANISATION = "international_organisation"
    NGO = "ngo"
    CIVIL_SOCIETY = "civil_society"
    PRIVATE_SECTOR = "private_sector"
    ACADEMIA = "academia"
    MEDIA = "media"
    MIGRANTS = "migrants"
    DIASPORA = "diaspora"
    FAITH_BASED = "faith_based"
    LOCAL_AUTHORITY = "local_authority"
    TRADE_UNION = "trade_union"
    PARLIAMENT = "parliament"
    HUMAN_RIGHTS_INSTITUTION = "human_rights_institution"
    RED_CROSS_RED_CRESCENT = "red_cross_red_crescent"
    OTHER = "other"


class MembershipRole(StrEnum):
    COORDINATOR = "coordinator"
    ASSISTANT = "assistant"
    MENTOR = "mentor"
    SPEAKER = "speaker"
    GUEST = "guest"


class MembershipStatus(StrEnum):
    ACTIVE = "active"
    LEFT = "left"
    ALUMNI = "alumni"


class CalendarDelivery(StrEnum):
    """How a person wants events in their calendar."""

    FEED = "feed"
    MAILS = "mails"
    BOTH = "both"


class DeclinedEvents(StrEnum):
    """What a person's feed does with events they declined."""

    KEEP = "keep"
    HIDE = "hide"


class BreakKind(StrEnum):
    SUMMER = "summer"
    RAMADAN = "ramadan"
    WINTER = "winter"
    OTHER = "other"


class EventForm(StrEnum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    HYBRID = "hybrid"
    NOT_STATED = "not_stated"


class EventStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Precision(StrEnum):
    """How much is known of when something is."""

    TIMED = "timed"
    DAYS = "days"
    MONTH = "month"
    BEFORE = "before"


class AgendaKind(StrEnum):
    OPENING = "opening"
    TALK = "talk"
    PRESENTATION = "presentation"
    PANEL = "panel"
    ACTIVITY = "activity"
    BREAK_OUT = "break_out"
    OPEN_DISCUSSION = "open_discussion"
    ROUND_TABLE = "round_table"
    REPORT_BACK = "report_back"
    CLOSING = "closing"
    PAUSE = "pause"
    MEAL = "meal"
    VISIT = "visit"
    OTHER = "other"


class Audience(StrEnum):
    """To whom an agenda item is open."""

    EVERYONE = "everyone"
    IN_ROLE = "in_role"


class AgendaRoleName(StrEnum):
    HOST = "host"
    SPEAKER = "speaker"
    MODERATOR = "moderator"
    FACILITATOR = "facilitator"
    RAPPORTEUR = "rapporteur"
    MASTER_OF_CEREMONY = "master_of_ceremony"
    PRESENTER = "presenter"


class OrganisationRoleName(StrEnum):
    HOST = "host"
    COLLABORATOR = "collaborator"
    DONOR = "donor"
    IMPLEMENTING_AGENCY = "implementing_agency"


class Entry(StrEnum):
    """How a person came to be on an event's list."""

    INVITED = "invited"
    APPLIED = "applied"
    APPROVED = "approved"
    WAITING = "waiting"
    WALK_IN = "walk_in"


class Partstat(StrEnum):
    """A participant's answer (RFC 5545, section 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class AnswerVia(StrEnum):
    """The way an answer came."""

    PAGE = "page"
    LINK = "link"
    """The mail's own link, without signing in."""
    CALENDAR = "calendar"
    """A REPLY of their calendar program."""
    COORDINATOR = "coordinator"


class AttendanceForm(StrEnum):
    IN_ROOM = "in_room"
    ONLINE = "online"


class AttendanceSource(StrEnum):
    """How an attendance is known."""

    RECORDED = "recorded"
    SIGNED_LIST = "signed_list"
    REPORTED = "reported"


class AttributionConsent(StrEnum):
    NO = "no"
    UNATTRIBUTED = "unattributed"
    NAMED = "named"


class FormKind(StrEnum):
    WISHES = "wishes"
    POLL = "poll"
    REGISTRATION = "registration"
    SURVEY = "survey"


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    SLOT = "slot"
    PERSON = "person"
    ORGANISATION = "organisation"


class FeedKind(StrEnum):
    PERSON = "person"
    COORDINATOR = "coordinator"


class LinkPurpose(StrEnum):
    """What a one-use address is for."""

    MAIL = "mail"
    TERMINAL = "terminal"
    """Printed where the program was started: who reads it runs the machine."""
    FIRST_RUN = "first_run"
    NEW_ADDRESS = "new_address"
    """Makes the mail address in its `target` the person's; signs nobody in."""


class Strength(StrEnum):
    """How sure it is who signed in."""

    LINK = "link"
    """They read the person's mail."""
    STRONG = "strong"
    """They gave the password too, and a code where one is asked."""


class ReminderPreset(StrEnum):
    """The sets of rules a programme can begin with; `core.reminders` says what is in them."""

    STANDARD = "standard"
    CALM = "calm"
    NONE = "none"


class ReminderAnchor(StrEnum):
    """What a reminder's distance is counted from."""

    START = "start"
    END = "end"
    INVITED = "invited"
    """When the person was invited: for chasing who has not answered."""


class OffsetUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    """Calendar days in the event's zone, at the same clock time."""


class DeliveryState(StrEnum):
    """`planned` -> `queued` (a mail holds it) -> `sent`, or one of the ends, each with a reason."""

    PLANNED = "planned"
    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class InvitationState(StrEnum):
    """What the last calendar mail to this person said."""

    REQUESTED = "requested"
    CANCELLED = "cancelled"


class MessageState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"


class InboundKind(StrEnum):
    """What a mail turned out to be."""

    REPLY = "reply"
    COUNTER = "counter"
    DELEGATION = "delegation"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    """Out of office and the like: asks for nothing."""
    OTHER = "other"
    UNREADABLE = "unreadable"


class InboundState(StrEnum):
    APPLIED = "applied"
    """It did what it says."""
    IGNORED = "ignored"
    """It changed nothing and asks for nothing."""
    OPEN = "open"
    """Someone has to look: the worklist."""
    DONE = "done"
    """Someone has."""


class ConsentPurpose(StrEnum):
    """What a person may be asked to agree to."""

    LISTED = "listed"
    """Others of the programme see their name and organisation."""
    PHOTO = "photo"
    QUOTES = "quotes"
    FEED_DETAIL = "feed_detail"
    """Their name stands in others' calendars."""
    ALUMNI_CONTACT = "alumni_contact"


class RetainedKind(StrEnum):
    """Kinds of data that are kept for so long and no longer."""

    ANSWER_NOTES = "answer_notes"
    TALK_LOGS = "talk_logs"
    MAIL_WORDS = "mail_words"
    INBOUND_MAIL = "inbound_mail"
    WISHES = "wishes"
    """Rounds of matching with the wishes given for them; the pairs stay."""
    PEOPLE = "people"
    """Who left, or whose last programme is over: erased, unless they agreed to be contacted."""


class ImportState(StrEnum):
    DRAFT = "draft"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"


class BreakoutState(StrEnum):
    DRAFT = "draft"
    APPLIED = "applied"


class SeatState(StrEnum):
    PLANNED = "planned"
    ARRIVED = "arrived"
    LATE = "late"
    LEFT = "left"
    ABSENT = "absent"


class MatchingState(StrEnum):
    DRAFT = "draft"
    ASKING = "asking"
    """Wishes are being collected."""
    PUBLISHED = "published"
