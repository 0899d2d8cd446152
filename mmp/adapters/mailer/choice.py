"""From MMP_MAIL_URL to a mailer."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mmp.adapters.mailer.directory import DirectoryMailer
from mmp.adapters.mailer.protocol import Mailer
from mmp.adapters.mailer.smtp import Encryption, SMTPMailer

_ENCRYPTION: dict[str, tuple[Encryption, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


def mailer_for(mail_url: str) -> Mailer:
    """The way that a checked MMP_MAIL_URL names."""
    if mail_url.startswith("dir:"):
        return DirectoryMailer(Path(mail_url.removeprefix("dir:")))
    parts = urlsplit(mail_url)
    encryption, port = _ENCRYPTION[parts.scheme]
    return SMTPMailer(
        host=parts.hostname or "",
        port=parts.port or port,
        encryption=encryption,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
    )
