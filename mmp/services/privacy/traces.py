"""Where people stand in the tables: every column that points to a person, and what becomes of it.

A test walks the tables and fails where a column is named here neither as kept, nor as emptied, nor
as deleted; so nothing new is forgotten when somebody asks what is held, or to be erased.
"""

from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """What erasing does with a row that points to the person."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    """It stays for the figures, without words."""
    KEPT = "kept"
    """It says nothing but a number of a tombstone: what others did stays as it was."""


FATES: Final[dict[str, Fate]] = {
    "absence.person_id": Fate.DELETED,
    "account.person_id": Fate.DELETED,
    "agenda_role.person_id": Fate.EMPTIED,
    "breakout_group.facilitator_id": Fate.KEPT,
    "breakout_group.rapporteur_id": Fate.KEPT,
    "breakout_seat.person_id": Fate.KEPT,
    "busy_calendar.person_id": Fate.DELETED,
    "busy_time.person_id": Fate.DELETED,
    "consent.noted_by_id": Fate.KEPT,
    "consent.person_id": Fate.DELETED,
    "contribution.person_id": Fate.EMPTIED,
    "day_override.set_by_id": Fate.KEPT,
    "delivery.person_id": Fate.DELETED,
    "event.contact_id": Fate.EMPTIED,
    "feed.person_id": Fate.DELETED,
    "history_entry.actor_id": Fate.KEPT,
    "inbound_mail.handled_by_id": Fate.KEPT,
    "inbound_mail.person_id": Fate.DELETED,
    "invitation.person_id": Fate.DELETED,
    "mail.person_id": Fate.EMPTIED,
    "membership.person_id": Fate.EMPTIED,
    "message.author_id": Fate.KEPT,
    "opt_out.person_id": Fate.DELETED,
    "pair_member.person_id": Fate.EMPTIED,
    "participation.person_id": Fate.EMPTIED,
    "people_import.actor_id": Fate.KEPT,
    "person_merge.into_id": Fate.DELETED,
    "person_tag.person_id": Fate.DELETED,
    "poll_guest.person_id": Fate.DELETED,
    "reminder_hold.held_by_id": Fate.KEPT,
    "response.person_id": Fate.EMPTIED,
    "sign_in.person_id": Fate.DELETED,
    "sign_in_link.person_id": Fate.DELETED,
    "talk_consent.person_id": Fate.DELETED,
    "talk_offer.offered_by_id": Fate.DELETED,
    "working_hours.person_id": Fate.DELETED,
}

NOT_HANDED_OUT: Final[dict[str, str]] = {
    "account.password": "a secret of the door, of no use to read",
    "account.fs_uniquifier": "a secret of the door",
    "account.tf_totp_secret": "a secret of the door",
    "account.tf_last_counter": "a secret of the door",
    "account.mf_recovery_codes": "a secret of the door",
    "feed.token_hash": "finds a secret address; the address itself is on the calendar's page",
    "feed.page_hash": "finds a secret address",
    "mail.octets": "the mail itself went to their mailbox",
    "person_merge.undo": "the records that were joined, kept for a while to take them apart",
    "sign_in.token_hash": "a secret of the door",
    "sign_in_link.token_hash": "a secret of the door",
}
"""Columns that the export of everything held leaves out, and why."""

BEYOND: Final[dict[str, tuple[str, str]]] = {
    "answer": ("response_id", "response"),
    "attendance": ("participation_id", "participation"),
    "mail_attempt": ("mail_id", "mail"),
    "offered_time": ("offer_id", "talk_offer"),
}
"""Tables that belong to a row which points to the person: by what column, to which table."""
