"""What only the whole of a file can tell to be wrong: doublets, orders, who belongs where."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from mmp.core.programme_file import Problems
from mmp.core.programme_file.records import Item
from mmp.services.programme_files.check_events import check_event, walk
from mmp.services.programme_files.check_forms import check_form
from mmp.services.programme_files.format import FilePair, FilePerson, ProgrammeFile
from mmp.services.programme_files.format_events import FileAgendaItem, FileEvent


def check(document: ProgrammeFile, problems: Problems) -> None:
    """Note every fault between the parts of a document."""
    _programme(document, problems)
    _people(document, problems)
    for pair in document.pairs.values():
        _pair(pair, problems)
    for handle, event in document.events.items():
        check_event(handle, event, problems)
    _predecessors(document, problems)
    for form in document.forms.values():
        check_form(form, problems)
    _lasting_names(document, problems)
    _history(document, problems)


def in_order(
    item: Item,
    first: date | None,
    last: date | None,
    problems: Problems,
    attribute: str = "ends_on",
) -> None:
    """Note an end before its beginning."""
    if first and last and last < first:
        problems.add(
            item.line_of(attribute),
            item.path,
            "It ends on %(last)s, before it begins on %(first)s; correct one of them.",
            first=first,
            last=last,
        )


def _programme(document: ProgrammeFile, problems: Problems) -> None:
    programme = document.programme
    for phase in programme.phases.values():
        in_order(phase, phase.starts_on, phase.ends_on, problems)
    for pause in programme.breaks.values():
        in_order(pause, pause.starts_on, pause.ends_on, problems)
    if len(set(programme.languages)) < len(programme.languages):
        problems.add(
            programme.line_of("languages"),
            f"{programme.path}/languages",
            "A language stands here twice; delete one.",
        )


def _people(document: ProgrammeFile, problems: Problems) -> None:
    by_address: dict[str, FilePerson] = {}
    for person in document.people.values():
        first = by_address.setdefault(person.email, person) if person.email else person
        if first is not person:
            problems.add(
                person.line_of("email"),
                f"{person.path}/email",
                "%(email)s is also %(other)s’s, in line %(where)s; give each person their own.",
                email=person.email,
                other=first.path,
                where=first.line_of("email"),
            )
        roles = set()
        for membership in person.roles:
            in_order(membership, membership.starts_on, membership.ends_on, problems)
            if membership.role in roles:
                problems.add(
                    membership.line,
                    membership.path,
                    "The role %(role)s stands here twice; delete one.",
                    role=membership.role.value,
                )
            roles.add(membership.role)


def _pair(pair: FilePair, problems: Problems) -> None:
    in_order(pair, pair.starts_on, pair.ends_on, problems)
    people = [member.person for member in pair.members]
    # One who could not be read is a member all the same.
    if len(people) not in (2, 3) and not problems.within(f"{pair.path}/members"):
        problems.add(
            pair.line_of("members"),
            f"{pair.path}/members",
            "A pair has two members or three, not %(number)s; add or take out some.",
            number=len(people),
        )
    if len(set(people)) < len(people):
        problems.add(
            pair.line_of("members"),
            f"{pair.path}/members",
            "One person stands here twice; delete one.",
        )
    for member in pair.members:
        in_order(member, member.starts_on, member.ends_on, problems)


def _predecessors(document: ProgrammeFile, problems: Problems) -> None:
    earlier = {
        handle: [other for other in event.predecessors if other != handle]
        for handle, event in document.events.items()
    }
    if found := circle(earlier):
        event = document.events[found[0]]
        problems.add(
            event.line_of("predecessors"),
            f"{event.path}/predecessors",
            "These events build on each other in a circle (%(circle)s); take one out.",
            circle=" → ".join([*found, found[0]]),
        )


def circle(earlier: Mapping[str, Iterable[str]]) -> list[str]:
    """Handles that lead back to the first of them, if any do; `earlier` names what each builds on.

    Without recursion: a chain may be as long as the file.
    """
    done: set[str] = set()
    for start in earlier:
        path: dict[str, None] = {}
        waiting = [iter([start])]
        while waiting:
            handle = next(waiting[-1], None)
            if handle is None:
                waiting.pop()
                if path:
                    done.add(path.popitem()[0])
            elif handle in path:
                return list(path)[list(path).index(handle) :]
            elif handle not in done:
                path[handle] = None
                waiting.append(iter(earlier.get(handle, ())))
    return []


def _lasting_names(document: ProgrammeFile, problems: Problems) -> None:
    seen: dict[str, Item] = {}
    for event in document.events.values():
        things: list[FileEvent | FileAgendaItem] = [event]
        things.extend(item for _, item in walk(event.agenda))
        for thing in things:
            for attribute, name in (("uid", thing.uid), ("id", thing.id)):
                if name is None:
                    continue
                first = seen.setdefault(f"{attribute} {name}", thing)
                if first is not thing:
                    problems.add(
                        thing.line_of(attribute),
                        f"{thing.path}/{attribute}",
                        "%(other)s has this too; take the line out here.",
                        other=first.path,
                    )


def _history(document: ProgrammeFile, problems: Problems) -> None:
    for entry in document.history:
        if entry.changes and not isinstance(entry.changes, dict):
            problems.add(
                entry.line_of("changes"),
                f"{entry.path}/changes",
                "Write {field: [old, new]} here.",
            )


def mentioned(document: ProgrammeFile) -> Iterator[str]:
    """Handles of the people whom anything in the file but their own entry names."""
    for pair in document.pairs.values():
        yield from (member.person for member in pair.members)
    for event in document.events.values():
        if event.contact:
            yield event.contact
        if event.participants:
            yield from (listed.person for listed in event.participants.people)
        for _, item in walk(event.agenda):
            yield from (role.person for role in item.roles if role.person)
            yield from (said.person for said in item.contributions if said.person)
    for form in document.forms.values():
        yield from (response.person for response in form.responses if response.person)
    yield from (entry.by for entry in document.history if entry.by)
