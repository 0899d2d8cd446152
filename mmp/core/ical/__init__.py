"""iCalendar out: entries, feeds and downloads as octets (RFC 5545, RFC 7986)."""

from mmp.core.ical.entry import Entry, Status, is_uid
from mmp.core.ical.feed import PRODID, Feed, render_download, render_feed
from mmp.core.ical.text import is_uri, single_line

__all__ = [
    "PRODID",
    "Entry",
    "Feed",
    "Status",
    "is_uid",
    "is_uri",
    "render_download",
    "render_feed",
    "single_line",
]
