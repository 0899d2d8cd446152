"""Keeps what feeds rendered to, so that an unchanged poll renders nothing.

Octets are kept in this process, the least recently polled dropped first; fingerprints for longer.
An ETag is the hash of the octets themselves: it is right after a restart, an update, in every
worker, and for every reason for which a feed could differ.
"""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from mmp.services.calendars import Reader, Rendered

MOST_OCTETS = 24 * 1024 * 1024
MOST_FEEDS = 20_000


@dataclass(slots=True)
class KeptFeed:
    """One feed as it was rendered for `reader`; `body` is None once it was dropped."""

    reader: Reader
    rendered_at: datetime
    valid_until: datetime
    etag: str
    body: bytes | None
    zipped: bytes | None = None

    def is_current(self, reader: Reader, now: datetime) -> bool:
        """Whether rendering again would give the same octets."""
        return self.reader == reader and self.rendered_at <= now < self.valid_until

    def etag_of(self, *, zipped: bool) -> str:
        """The strong entity tag of the octets as sent, without its quotes."""
        return f"{self.etag}-gzip" if zipped else self.etag

    def octets(self, *, zipped: bool) -> bytes | None:
        """The octets to send; None where they were dropped."""
        if not zipped or self.body is None:
            return self.body
        if self.zipped is None:
            self.zipped = gzip.compress(self.body, compresslevel=5, mtime=0)
        return self.zipped

    @property
    def size(self) -> int:
        """Octets held in memory."""
        return len(self.body or b"") + len(self.zipped or b"")


class KeptFeeds:
    """The feeds of this process, by reader's key."""

    def __init__(self) -> None:
        self._feeds: OrderedDict[object, KeptFeed] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, reader: Reader, now: datetime) -> KeptFeed | None:
        """The kept feed, if it is still what rendering would give."""
        with self._lock:
            kept = self._feeds.get(key)
            if kept is None or not kept.is_current(reader, now):
                return None
            self._feeds.move_to_end(key)
            return kept

    def keep(self, key: object, reader: Reader, rendered: Rendered, now: datetime) -> KeptFeed:
        """Keep a rendering, in place of an older one of the same key."""
        etag = hashlib.sha256(rendered.body).hexdigest()[:32]
        kept = KeptFeed(reader, now, rendered.valid_until, etag, rendered.body)
        with self._lock:
            self._feeds[key] = kept
            self._feeds.move_to_end(key)
            self._drop_old()
        return kept

    def _drop_old(self) -> None:
        while len(self._feeds) > MOST_FEEDS:
            self._feeds.popitem(last=False)
        octets = sum(kept.size for kept in self._feeds.values())
        for kept in self._feeds.values():
            if octets <= MOST_OCTETS:
                break
            octets -= kept.size
            kept.body = kept.zipped = None
