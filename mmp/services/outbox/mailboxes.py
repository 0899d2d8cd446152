"""Who a mail is from, and whom it goes to, by name and address."""

from typing import Final

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import direction, locale_for
from mmp.core.mail import Mailbox, Site, one_line, sendable
from mmp.core.texts import pick
from mmp.models import Mail, Person

GOES_TO: Final = "goes_to"
"""The parameter of a mail that names an address of its own."""


def sender_of(mail: Mail, site: Site) -> Mailbox:
    """The installation's own address if it is set, for the mail server lets us write from that
    one; else the programme's, else an address at the site. Raises BadHeader if it is none."""
    reply_to = mail.programme.reply_to if mail.programme else None
    return Mailbox(sender_name(mail), sendable(site.sender or reply_to or site.own_address))


def address_of(mail: Mail) -> str | None:
    """The reader's address of today, but for mail that asks at another one whether it is theirs."""
    return mail.parameters.get(GOES_TO) or mail.person.email


def reader_of(mail: Mail) -> Mailbox:
    """Whom it goes to. Raises BadHeader where no mail can be sent to their address."""
    return Mailbox(shown_name(mail.person), sendable(address_of(mail) or ""))


def sender_name(mail: Mail) -> str:
    """The programme, in the reader's language; nothing where the mail names none."""
    shown = mail.programme and not mail.person.discreet
    name = pick(mail.programme.name, locale_for(mail.person)) if shown and mail.programme else ""
    return one_line(name)


def shown_name(person: Person) -> str:
    """In the reader's own script, if they gave it and are written to in it."""
    native = direction(language_for(locale_for(person))) == "rtl" and person.name_native
    return one_line(native or person.name)
