"""What people agree to, purpose by purpose: said, taken back, and honoured wherever it matters."""

from mmp.services.consents.agreeing import (
    DEFAULTS,
    agrees,
    disagree_among,
    refuses,
    talks_with_silent,
)
from mmp.services.consents.naming import Naming, naming
from mmp.services.consents.saying import Said, consents_of, say

__all__ = [
    "DEFAULTS",
    "Naming",
    "Said",
    "agrees",
    "consents_of",
    "disagree_among",
    "naming",
    "refuses",
    "say",
    "talks_with_silent",
]
