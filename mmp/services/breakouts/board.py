"""The board of groups: who sits where and why, what it is worth, what a move would cost."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.breakouts.bounds import Bound, bound_of
from mmp.core.breakouts.costs import Costs
from mmp.core.breakouts.measures import Measures, cannot_follow, measure, meetings
from mmp.core.breakouts.reasons import Change, Reason, reasons
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup, BreakoutSeat
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.problems import Table, table_of


@dataclass(slots=True)
class Card:
    """Somebody in a group, or in none yet."""

    person: Person
    at: int | None
    locked: bool = False
    part: str = ""
    """`facilitator` or `rapporteur` of the group."""
    why: list[Reason] = field(default_factory=list)
    cost: Change | None = None
    """Of changing places with who is picked."""


@dataclass(slots=True)
class Column:
    """A group of the draft."""

    group: BreakoutGroup
    cards: list[Card]
    cost: Change | None = None
    """Of putting who is picked here."""
    best: bool = False
    """Whether nowhere else costs less."""
    speechless: bool = False
    """Whether its people share no language, though they should."""
    leaderless: bool = False
    """Whether nobody here can lead, though every group needs somebody who can."""
    language: int | None = None
    """The bit of the language that all in it have, where its room has none of its own."""

    @property
    def number(self) -> int:
        """From 1, as people count."""
        return self.group.position + 1


@dataclass(slots=True)
class Board:
    """The draft as cards in columns. Numbers in reasons are places in `table.people`."""

    table: Table
    columns: list[Column]
    unseated: list[Card]
    picked: Card | None = None
    measures: Measures | None = None
    bound: Bound | None = None
    applied: int = 0
    """How many sit in groups that were applied."""
    differing: int = 0
    """How many sit elsewhere in the draft than in what was applied."""


def board_of(session: Session, place: Place, *, picked: str | None = None) -> Board:
    """The board of a break-out that has settings; with `picked`, what moving them would cost."""
    assert place.breakout is not None
    table = table_of(session, place)
    columns, unseated = _cards(table)
    if any(one.code == "too_many" for one in table.troubles):
        unseated = []  # nobody reads five thousand cards
    board = Board(table, columns, unseated)
    cards = {str(card.person.uuid): card for column in columns for card in column.cards}
    cards |= {str(card.person.uuid): card for card in unseated}
    board.picked = cards.get(picked or "")
    if table.problem is not None:
        _say_why(board)
    applied = _applied(session, place)
    board.applied = len(applied)
    draft = {card.person.id: card.at for card in cards.values() if card.at is not None}
    board.differing = sum(draft.get(one) != applied.get(one) for one in {*draft, *applied})
    return board


def _cards(table: Table) -> tuple[list[Column], list[Card]]:
    breakout = table.place.breakout
    assert breakout is not None
    people = {str(one.uuid): one for one in table.people}
    columns = []
    drafted = table.draft.groups(table.settings.groups)
    for group in breakout.groups:
        if group.position >= table.settings.groups:
            continue
        parts = {group.rapporteur_id: "rapporteur", group.facilitator_id: "facilitator"}
        cards = [
            Card(
                people[one],
                group.position,
                one in table.draft.locked,
                parts.get(people[one].id, ""),
            )
            for one in drafted[group.position]
        ]
        cards.sort(key=lambda card: (not card.part, card.part, card.person.search))
        columns.append(Column(group, cards))
    return columns, [Card(one, None) for one in table.unseated]


def _say_why(board: Board) -> None:
    table = board.table
    problem, groups = table.problem, table.groups
    assert problem is not None
    before = meetings(problem.past)
    for column in board.columns:
        for card in column.cards:
            number = table.number[str(card.person.uuid)]
            card.why = reasons(problem, (groups,), 0, number, before)
        _blame(board, column)
        _say_once(column)
    if any(groups):
        board.measures, board.bound = measure(problem, (groups,)), bound_of(problem)
    if board.picked is None:
        return
    _weigh(board, Costs(problem, groups, before))


def _blame(board: Board, column: Column) -> None:
    """Where a group shares no language, only those say so without whom it would."""
    problem = board.table.problem
    assert problem is not None
    at = column.group.position
    if problem.rooms and problem.rooms[at] is not None:
        return
    members = board.table.groups[at]
    for card in column.cards:
        if _says(card, "breaks_language"):
            column.speechless = True
            number = board.table.number[str(card.person.uuid)]
            others = tuple(one for one in members if one != number)
            if cannot_follow(problem, others, at):
                card.why = [one for one in card.why if one.code != "breaks_language"]


def _says(card: Card, code: str) -> bool:
    return any(one.code == code for one in card.why)


def _say_once(column: Column) -> None:
    """What all of a group or its room understand, and that nobody can lead, is the group's affair:
    its cards say no more of it."""
    column.leaderless = any(_says(card, "breaks_facilitator") for card in column.cards)
    said = {"breaks_facilitator"}
    common = {one.value for card in column.cards for one in card.why if one.code == "language"}
    if column.group.languages:
        said.add("language")
    elif len(common) == 1 and not column.speechless:
        column.language = common.pop()
        said.add("language")
    for card in column.cards:
        card.why = [one for one in card.why if one.code not in said]


def _weigh(board: Board, costs: Costs) -> None:
    """What it costs to move who is picked, by group, and by whom they change places with."""
    table = board.table
    assert board.picked is not None
    person = table.number[str(board.picked.person.uuid)]
    for column in board.columns:
        if column.group.position == board.picked.at:
            continue
        column.cost = costs.of_move(person, column.group.position)
        for card in column.cards:
            if board.picked.at is not None:
                card.cost = costs.of_swap(person, table.number[str(card.person.uuid)])
    weights = {
        column.group.position: _total(column.cost) for column in board.columns if column.cost
    }
    for column in board.columns:
        column.best = weights.get(column.group.position) == min(weights.values(), default=None)


def _total(change: Change) -> tuple[int, int, int]:
    return change.hard, change.repeats, change.mix


def _applied(session: Session, place: Place) -> dict[int, int]:
    """The group of each who has a seat; one statement."""
    assert place.breakout is not None
    rows = session.execute(
        select(BreakoutSeat.person_id, BreakoutGroup.position)
        .join(BreakoutSeat.group)
        .where(BreakoutSeat.breakout_id == place.breakout.id)
    )
    return {row.person_id: row.position for row in rows}
