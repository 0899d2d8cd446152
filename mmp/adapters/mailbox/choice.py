"""From MMP_IMAP_URL to a mailbox."""

from urllib.parse import unquote, urlsplit

from mmp.adapters.mailbox.imap import Encryption, IMAPMailbox

_ENCRYPTION: dict[str, tuple[Encryption, int]] = {
    "imap": ("none", 143),
    "imap+starttls": ("starttls", 143),
    "imaps": ("tls", 993),
}


def mailbox_for(imap_url: str) -> IMAPMailbox:
    """The mailbox that a checked MMP_IMAP_URL names."""
    parts = urlsplit(imap_url)
    encryption, port = _ENCRYPTION[parts.scheme]
    return IMAPMailbox(
        host=parts.hostname or "",
        port=parts.port or port,
        encryption=encryption,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )
