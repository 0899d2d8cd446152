"""Words for the parts people have in an agenda: one list for pages, mails and calendars."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mmp.models.enums import AgendaRoleName


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Marks a text for the catalogues without translating it yet."""
    return text


PARTS: Final[Mapping[StrEnum, str]] = {
    AgendaRoleName.HOST: N_("Host"),
    AgendaRoleName.SPEAKER: N_("Speaking"),
    AgendaRoleName.MODERATOR: N_("Moderation"),
    AgendaRoleName.FACILITATOR: N_("Facilitation"),
    AgendaRoleName.RAPPORTEUR: N_("Reporting"),
    AgendaRoleName.MASTER_OF_CEREMONY: N_("Master of ceremony"),
    AgendaRoleName.PRESENTER: N_("Presenting"),
}
"""The part someone plays in an agenda item, before a colon and one or more names, or its title."""
