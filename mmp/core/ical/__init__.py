"""iCalendar out: entries, feeds, downloads and invitations as octets (RFC 5545, 5546, 7986)."""

from mmp.core.ical.entry import Entry, Status, is_uid
from mmp.core.ical.feed import PRODID, Feed, render_download, render_feed
from mmp.core.ical.invitation import Party, render_cancel, render_request
from mmp.core.ical.text import is_uri, single_line

__all__ = [
    "PRODID",
    "Entry",
    "Feed",
    "Party",
    "Status",
    "is_uid",
    "is_uri",
    "render_cancel",
    "render_download",
    "render_feed",
    "render_request",
    "single_line",
]
