"""What hangs on a record, in words."""

from collections import Counter

from flask_babel import gettext as _, ngettext

from mmp.services.people.merging import Joining
from mmp.web.labels import N_

WORDS = {
    "account": N_("A password or codes to sign in with"),
    "agenda_role": N_("Parts in agendas"),
    "consent": N_("What they agreed to"),
    "contribution": N_("What they said at events"),
    "event": N_("Events whose contact they are"),
    "feed": N_("Addresses of calendars; they all keep working"),
    "inbound_mail": N_("Mails that came from them"),
    "invitation": N_("Entries in their own calendars"),
    "mail": N_("Mails they were sent"),
    "membership": N_("Parts in programmes"),
    "message": N_("Messages they wrote"),
    "opt_out": N_("Programmes whose reminders they do not want"),
    "pair_member": N_("Pairs"),
    "participation": N_("Places on lists, with answers and attendance"),
    "person_tag": N_("Tags"),
    "response": N_("Forms they filled in"),
    "sign_in": N_("Devices they signed in on; they sign in anew"),
    "talk_consent": N_("Whether talks may be quoted"),
    "talk_offer": N_("Times they offered for talks"),
    "delivery": N_("Reminders, sent and planned"),
}
_QUIET = {"sign_in_link", "person_merge", "history_entry"}
"""Of which nobody needs to hear; the history stays as it was written."""


def lines(joining: Joining) -> list[tuple[str, int]]:
    """What would change hands, and how many of each."""
    found: Counter[str] = Counter()
    for name, count in joining.counts.items():
        found[name.partition(".")[0]] += count
    rest = sum(count for table, count in found.items() if table not in {*WORDS, *_QUIET})
    named = [(str(_(words)), found[table]) for table, words in WORDS.items() if found[table]]
    if rest:
        named.append((str(ngettext("One more thing", "Other things", rest)), rest))
    return named
