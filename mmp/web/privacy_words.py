"""Words for what people agree to, and for the kinds of rows that are held about them."""

from typing import Any

from flask_babel import gettext as _

from mmp.models.enums import ConsentPurpose
from mmp.web.labels import N_

PURPOSES = {
    ConsentPurpose.LISTED: (
        N_("In the list"),
        N_("Others of the programme see your name and organisation."),
    ),
    ConsentPurpose.PHOTO: (
        N_("Photo"),
        N_("You may be in photos of the programme. No photo is kept here; coordinators see it."),
    ),
    ConsentPurpose.QUOTES: (
        N_("Name beside what you said"),
        N_("What you said may be quoted with your name, where you agreed to that quote."),
    ),
    ConsentPurpose.FEED_DETAIL: (
        N_("Name in others’ calendars"),
        N_(
            "Your name stands in the calendar of your partner; else it says “your partner”. What came"
            " there by mail changes with the next mail about it."
        ),
    ),
    ConsentPurpose.ALUMNI_CONTACT: (
        N_("Contact afterwards"),
        N_("You may be written to once your programme is over."),
    ),
}
TABLES = {
    "person": N_("You"),
    "membership": N_("Your parts in programmes"),
    "participation": N_("Events and answers"),
    "attendance": N_("Where you were"),
    "pair": N_("Your pairs"),
    "pair_member": N_("Your place in pairs"),
    "talk_log": N_("Talks of your pairs"),
    "consent": N_("What you agreed to"),
    "mail": N_("Mails to you"),
    "feed": N_("Your calendars"),
    "sign_in": N_("Devices"),
    "history_entry": N_("What you did, and what was done about you"),
}


def purpose(value: ConsentPurpose) -> tuple[str, str]:
    """Its name, and what it means."""
    name, meaning = PURPOSES[value]
    return str(_(name)), str(_(meaning))


def table_name(name: str) -> str:
    """A kind of row; those that only machines read keep their own name."""
    return str(_(TABLES[name])) if name in TABLES else name.replace("_", " ")


def shown(row: dict[str, Any]) -> list[tuple[str, str]]:
    """What a row says, without what is empty."""
    return [
        (name.replace("_", " "), str(value))
        for name, value in row.items()
        if value not in (None, "", [], {}) and name not in ("id", "version", "search")
    ]
