"""All rows, so that importing this package makes the metadata whole."""

from mmp.models.agenda import AgendaItem, AgendaRole
from mmp.models.base import Base
from mmp.models.breakouts import Breakout, BreakoutGroup, BreakoutSeat
from mmp.models.consents import Consent, RetentionRule
from mmp.models.events import Event, GuidingQuestion, event_predecessor
from mmp.models.feeds import Feed
from mmp.models.forms import Answer, Form, Question, Response
from mmp.models.history import HistoryEntry
from mmp.models.inbound import InboundMail, OptOut, SuppressedAddress
from mmp.models.invitations import Invitation
from mmp.models.mail import Mail, MailAttempt
from mmp.models.matching import Matching
from mmp.models.messages import Message, message_attachment
from mmp.models.pair_talks import OfferedTime, OfferEnd, TalkConsent, TalkLog, TalkOffer
from mmp.models.pairs import Pair, PairMember
from mmp.models.participation import Attendance, Delegation, Participation
from mmp.models.people import Account, Membership, Organisation, Person
from mmp.models.people_desk import PeopleImport, PersonMerge, PersonTag
from mmp.models.polls import Poll, PollGuest, PollSlot
from mmp.models.programmes import (
    Break,
    Milestone,
    OrganisationRole,
    Phase,
    Programme,
    Series,
    Theme,
)
from mmp.models.reminders import Delivery, ReminderHold, ReminderRule
from mmp.models.reports import Contribution, Document, DocumentFile, Recommendation
from mmp.models.scheduling import SchedulerTick
from mmp.models.sign_in import SignIn, SignInLink
from mmp.models.working_time import Absence, BusyCalendar, BusyTime, DayOverride, WorkingHours

__all__ = [
    "Absence",
    "Account",
    "AgendaItem",
    "AgendaRole",
    "Answer",
    "Attendance",
    "Base",
    "Break",
    "Breakout",
    "BreakoutGroup",
    "BreakoutSeat",
    "BusyCalendar",
    "BusyTime",
    "Consent",
    "Contribution",
    "DayOverride",
    "Delegation",
    "Delivery",
    "Document",
    "DocumentFile",
    "Event",
    "Feed",
    "Form",
    "GuidingQuestion",
    "HistoryEntry",
    "InboundMail",
    "Invitation",
    "Mail",
    "MailAttempt",
    "Matching",
    "Membership",
    "Message",
    "Milestone",
    "OfferEnd",
    "OfferedTime",
    "OptOut",
    "Organisation",
    "OrganisationRole",
    "Pair",
    "PairMember",
    "Participation",
    "PeopleImport",
    "Person",
    "PersonMerge",
    "PersonTag",
    "Phase",
    "Poll",
    "PollGuest",
    "PollSlot",
    "Programme",
    "Question",
    "Recommendation",
    "ReminderHold",
    "ReminderRule",
    "Response",
    "RetentionRule",
    "SchedulerTick",
    "Series",
    "SignIn",
    "SignInLink",
    "SuppressedAddress",
    "TalkConsent",
    "TalkLog",
    "TalkOffer",
    "Theme",
    "WorkingHours",
    "event_predecessor",
    "message_attachment",
]
