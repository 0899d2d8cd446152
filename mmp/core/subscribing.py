"""The addresses with which calendar programs subscribe to a feed in one click."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class SubscribeLinks:
    """One feed's address in the form each program wants."""

    address: str
    """https (or http where there is no TLS), to copy."""
    webcal: str
    """Apple Calendar, classic Outlook, Thunderbird."""
    google: str
    google_by_url: str
    """Google's "add by URL" page, where the direct link does nothing."""
    outlook_personal: str
    outlook_work: str
    only_here: bool
    """Whether the address leads to this computer alone, where no service elsewhere can reach it."""


def subscribe_links(address: str, name: str) -> SubscribeLinks:
    """The links for a feed at `address` (http or https) that shows as `name`.

    `webcal:` stands for both: no program takes `webcals:` alike.
    """
    webcal = urlunsplit(urlsplit(address)._replace(scheme="webcal"))
    outlook = f"addfromweb?url={quote(address, safe='')}&name={quote(name, safe='')}"
    return SubscribeLinks(
        address=address,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        google_by_url="https://calendar.google.com/calendar/r/settings/addbyurl",
        outlook_personal=f"https://outlook.live.com/calendar/0/{outlook}",
        outlook_work=f"https://outlook.office.com/calendar/0/{outlook}",
        only_here=_is_loopback(urlsplit(address).hostname or ""),
    )


def _is_loopback(host: str) -> bool:
    """127.0.0.0/8, ::1 and the names that stand for them (RFC 6761, section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
