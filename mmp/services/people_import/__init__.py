"""People from a spreadsheet: first what would happen, then all of it or nothing."""

from mmp.services.people_import.planning import (
    PeoplePlan,
    Planned,
    plan_people,
    summary,
)
from mmp.services.people_import.writing import save_people

__all__ = ["PeoplePlan", "Planned", "plan_people", "save_people", "summary"]
