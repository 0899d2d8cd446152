"""What stands in whose calendar: from rows to a feed's bytes.

A poll takes one statement for its reader and their change counter; only where that moved, one more
for what the feed shows. Permission is part of that statement: drafts, other people's pair talks,
events of a programme one has left and join links not meant for the reader are never fetched.
"""

from mmp.services.calendars.invited import invited_entries
from mmp.services.calendars.reader import Reader, find_public_reader, find_reader
from mmp.services.calendars.render import Rendered, render_download, render_feed

__all__ = [
    "Reader",
    "Rendered",
    "find_public_reader",
    "find_reader",
    "invited_entries",
    "render_download",
    "render_feed",
]
