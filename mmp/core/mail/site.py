"""What every mail of this installation has in common."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """Where links lead, who writes, and what secret tokens are derived from.

    Without `sender` a programme's mails come from its own reply address. `secret` may be empty
    where nothing is sent, only shown. `documents` is the folder that attachments come from.
    """

    base_url: str
    sender: str | None = None
    secret: str = field(default="", repr=False)
    documents: Path | None = None

    @property
    def own_address(self) -> str:
        """An address at the site itself, for where nobody has set one."""
        host = urlsplit(self.base_url).hostname or "localhost"
        try:
            ip_address(host)
        except ValueError:
            return f"mmp@{host}"
        return "mmp@localhost"
