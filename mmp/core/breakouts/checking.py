"""What cannot be meant by a problem: each fault in one sentence that names who or what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mmp.core.errors import UserError

if TYPE_CHECKING:
    from mmp.core.breakouts.problem import Problem

MOST_PEOPLE = 1_000
MOST_ROUNDS = 60
MOST_VALUES = 200
MOST_LANGUAGES = 32


def check(problem: Problem) -> None:
    """Raise UserError for the first fault."""
    if not 1 <= problem.people <= MOST_PEOPLE:
        raise UserError(
            "Groups are made of 1 to %(most)s people, not of %(people)s.",
            field="people",
            most=MOST_PEOPLE,
            people=problem.people,
        )
    if problem.groups < 1:
        raise UserError("There must be at least one group.", field="groups")
    if problem.rounds + len(problem.past) > MOST_ROUNDS:
        raise UserError("At most %(most)s rounds can be looked at.", most=MOST_ROUNDS)
    _check_people(problem)
    for number, present in enumerate(problem.present):
        _check_round(problem, number, present)
    _check_pairs(problem)
    _check_pins(problem)


def _check_people(problem: Problem) -> None:
    rows = (*problem.attributes, problem.languages, problem.preferred)
    if any(row and len(row) != problem.people for row in rows):
        raise UserError("Each attribute and the languages need one value for each person.")
    for row in problem.attributes:
        if any(value < 0 for value in row) or len(set(row)) > MOST_VALUES:
            raise UserError(
                "An attribute's values are numbers from 0, at most %(most)s different ones.",
                most=MOST_VALUES,
            )
    rooms = [room for room in problem.rooms if room is not None]
    if any(not 0 <= bits < 2**MOST_LANGUAGES for bits in (*rows[-1], *rows[-2], *rooms)):
        raise UserError("At most %(most)s languages can be told apart.", most=MOST_LANGUAGES)
    if problem.rooms and len(problem.rooms) != problem.groups:
        raise UserError("Give the languages of each room, or of none.", field="rooms")
    _known(problem, problem.facilitators or ())
    for groups in problem.past:
        _once(
            problem,
            [one for group in groups for one in group],
            UserError("Somebody is twice in an earlier round."),
        )


def _check_round(problem: Problem, number: int, present: tuple[int, ...]) -> None:
    twice = next((one for one, count in Counter(present).items() if count > 1), 0)
    told = UserError("Person %(one)s is twice in round %(round)s.", one=twice, round=number)
    _once(problem, present, told)
    if not present:
        raise UserError("Nobody is present in round %(round)s.", round=number)
    if len(present) < problem.groups:
        raise UserError(
            "%(people)s people cannot fill %(groups)s groups in round %(round)s: make fewer.",
            field="groups",
            people=len(present),
            groups=problem.groups,
            round=number,
        )
    if problem.groups > 1 and 2 * len(present) < 3 * problem.groups:
        raise UserError(
            "Most groups of round %(round)s would be of one person: make fewer groups.",
            field="groups",
            round=number,
        )
    if not problem.sizes:
        return
    if len(problem.sizes) != problem.rounds or len(problem.sizes[number]) != problem.groups:
        raise UserError("Give a size for each group of each round, or none.", field="sizes")
    sizes = problem.sizes[number]
    if any(size < min(2, len(present)) for size in sizes) or sum(sizes) != len(present):
        raise UserError(
            "The groups of round %(round)s have %(seats)s seats for the %(people)s people present: "
            "the two must be equal, and no group be of one.",
            field="sizes",
            round=number,
            seats=sum(sizes),
            people=len(present),
        )


def _check_pairs(problem: Problem) -> None:
    for pair in (*problem.apart, *problem.together):
        _known(problem, pair)
        if pair[0] == pair[1]:
            raise UserError("Person %(one)s is paired with themselves.", one=pair[0])


def _check_pins(problem: Problem) -> None:
    seen = set()
    for round_, person, group in problem.pinned:
        _known(problem, (person,))
        if not (0 <= round_ < problem.rounds and 0 <= group < problem.groups):
            raise UserError("Person %(one)s is kept in a group that does not exist.", one=person)
        if (round_, person) in seen:
            raise UserError("Person %(one)s is kept in two groups.", one=person)
        seen.add((round_, person))


def _known(problem: Problem, people: Iterable[int]) -> None:
    for one in people:
        if not 0 <= one < problem.people:
            raise UserError(
                "Person %(one)s does not exist: there are %(people)s, counted from 0.",
                one=one,
                people=problem.people,
            )


def _once(problem: Problem, people: Iterable[int], told: UserError) -> None:
    counts = Counter(people)
    _known(problem, counts)
    if any(count > 1 for count in counts.values()):
        raise told
