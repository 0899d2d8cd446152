"""Every kind of mail that reads more when it leaves: imported where mails are written."""

from mmp.services import answers, calendar_parts, messages, polls

__all__ = ["answers", "calendar_parts", "messages", "polls"]
