"""People from a spreadsheet: first what would happen, then all of it or nothing."""

from mmp.services.people_import.applying import CHUNK, carry_on, start
from mmp.services.people_import.checking import NEW, OVER, ROW, SAME, SKIP
from mmp.services.people_import.drafts import (
    begin,
    choose_columns,
    discard,
    draft_of,
    forget_file,
    import_of,
    imports_of,
    layout_of,
    lines,
    read_anew,
)
from mmp.services.people_import.encodings import ENCODINGS
from mmp.services.people_import.layout import MAX_BYTES, Layout
from mmp.services.people_import.matching import Fate, Match, Offer
from mmp.services.people_import.mending import Clash, Typed, alike, decide_new, mend
from mmp.services.people_import.planning import PeoplePlan, Planned, plan_people, summary
from mmp.services.people_import.review import Review, review, texts
from mmp.services.people_import.tables import DELIMITERS
from mmp.services.people_import.undoing import Since, Undoing, undo, undoing
from mmp.services.people_import.words import HEADERS
from mmp.services.people_import.writing import save_people

__all__ = [
    "CHUNK",
    "DELIMITERS",
    "ENCODINGS",
    "HEADERS",
    "MAX_BYTES",
    "NEW",
    "OVER",
    "ROW",
    "SAME",
    "SKIP",
    "Clash",
    "Fate",
    "Layout",
    "Match",
    "Offer",
    "PeoplePlan",
    "Planned",
    "Review",
    "Since",
    "Typed",
    "Undoing",
    "alike",
    "begin",
    "carry_on",
    "choose_columns",
    "decide_new",
    "discard",
    "draft_of",
    "forget_file",
    "import_of",
    "imports_of",
    "layout_of",
    "lines",
    "mend",
    "plan_people",
    "read_anew",
    "review",
    "save_people",
    "start",
    "summary",
    "texts",
    "undo",
    "undoing",
]
