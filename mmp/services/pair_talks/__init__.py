"""Talks of pairs: times are offered, one is picked, it moves or is cancelled, and is logged.

Only the pair sees any of it; `talk_days` tells coordinators the days, and nothing else.
"""

from mmp.services.pair_talks.ending import cancel_talks_after, talks_after
from mmp.services.pair_talks.finding import (
    Invitation,
    invitation,
    is_current,
    latest_log,
    log_of,
    logs_of,
    offered_time,
    open_offers,
    own_log,
    own_pair,
    own_pairs,
    own_talk,
    partners,
    shared_consent,
    talks_of,
)
from mmp.services.pair_talks.held import TalkDays, talk_days
from mmp.services.pair_talks.logging import LogEntry, log_talk
from mmp.services.pair_talks.moving import cancel_talk, move_talk
from mmp.services.pair_talks.offering import (
    MOST_TIMES,
    OfferOpen,
    TimeTaken,
    Wish,
    offer_times,
    pick_time,
    withdraw_offer,
)

__all__ = [
    "MOST_TIMES",
    "Invitation",
    "LogEntry",
    "OfferOpen",
    "TalkDays",
    "TimeTaken",
    "Wish",
    "cancel_talk",
    "cancel_talks_after",
    "invitation",
    "is_current",
    "latest_log",
    "log_of",
    "log_talk",
    "logs_of",
    "move_talk",
    "offer_times",
    "offered_time",
    "open_offers",
    "own_log",
    "own_pair",
    "own_pairs",
    "own_talk",
    "partners",
    "pick_time",
    "shared_consent",
    "talk_days",
    "talks_after",
    "talks_of",
    "withdraw_offer",
]
