"""Break-out groups of agenda items: planned, applied, lived, remembered."""

from mmp.services.breakouts.applying import apply
from mmp.services.breakouts.places import Place, breakout_of, hold_item, place_of
from mmp.services.breakouts.settings import (
    GroupValues,
    Partners,
    Preset,
    Settings,
    save_group,
    save_settings,
    settings_of,
)
from mmp.services.breakouts.who import participations, people_taking_part

__all__ = [
    "GroupValues",
    "Partners",
    "Place",
    "Preset",
    "Settings",
    "apply",
    "breakout_of",
    "hold_item",
    "participations",
    "people_taking_part",
    "place_of",
    "save_group",
    "save_settings",
    "settings_of",
]
