"""Import: organisations, people with their roles, and pairs."""

from typing import Any

from sqlalchemy import inspect

from mmp.models import Membership, Organisation, Pair, PairMember, Person
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.checks import mentioned
from mmp.services.programme_files.describe import member, plain
from mmp.services.programme_files.format import FilePair, FilePerson
from mmp.services.programme_files.ids import derived, organisation_id, person_id
from mmp.services.programme_files.job import Job
from mmp.services.programme_files.stock import by_column


def import_organisations(job: Job) -> None:
    """Organisations are shared by all programmes; the handle says which is meant."""
    wanted = job.document.organisations
    there = {row.key: row for row in by_column(job.session, Organisation, Organisation.key, wanted)}
    for handle, item in wanted.items():
        row = there.get(handle)
        if row is None:
            uuid = job.uuid(Organisation.uuid, item, organisation_id(handle))
            row = Organisation(key=handle, uuid=uuid, **columns(item, {}), **job.times(item))
            job.session.add(row)
            job.log.created("organisation", row.uuid, item.path)
        elif differences := assign(row, item, {}):
            row.changed_at = job.now
            job.log.changed("organisation", row.uuid, item.path, differences)
        job.organisations[handle] = row


def import_people(job: Job) -> None:
    """People are found by address, else by handle; their roles in this programme follow.

    Whoever is in no role and named nowhere has no part in it and is left alone.
    """
    wanted = job.document.people
    addresses = {item.email for item in wanted.values() if item.email}
    by_address = {row.email: row for row in by_column(job.session, Person, Person.email, addresses)}
    by_handle = {row.key: row for row in by_column(job.session, Person, Person.key, wanted)}
    ours = {person.id for person in job.stock.people}
    meant: dict[int, str] = {}
    named = set(mentioned(job.document))
    for handle, item in wanted.items():
        if not item.roles and handle not in named:
            row = by_address.get(item.email or "") or by_handle.get(handle)
            if row is None or row.id not in ours:
                job.unused.append(handle)
                continue
        row = _known(job, handle, item, by_address, by_handle, ours)
        if row is None:
            row = _new_person(job, handle, item)
        else:
            if row.id in meant:
                job.fault(
                    item,
                    "email",
                    "This is the same person as %(other)s; make one entry of the two.",
                    other=f"people/{meant[row.id]}",
                )
            meant[row.id] = handle
            _change_person(job, row, item)
        job.people[handle] = row
    there = {person.key for person in job.stock.people}
    job.keep_missing("people", there, {person.key for person in job.people.values()})
    _memberships(job)


def _known(
    job: Job,
    handle: str,
    item: FilePerson,
    by_address: dict[str | None, Person],
    by_handle: dict[str, Person],
    ours: set[int],
) -> Person | None:
    if item.email and item.email in by_address:
        return by_address[item.email]
    row = by_handle.get(handle)
    if row is None or row.id in ours:
        return row
    if not (item.email and row.email) and row.name.casefold() == item.name.casefold():
        return row
    job.fault(
        item,
        "email",
        "The handle “%(handle)s” belongs to someone else in another programme; choose another.",
        handle=handle,
    )
    return None


def _new_person(job: Job, handle: str, item: FilePerson) -> Person:
    values = columns(item, job.links(item, "organisation"))
    values["zone"] = values["zone"] or job.document.programme.zone
    values["position"] = values["position"] or None
    uuid = job.uuid(Person.uuid, item, person_id(job.slug, handle, item.email))
    row = Person(key=handle, uuid=uuid, **values, **job.times(item))
    job.session.add(row)
    job.log.created("person", row.uuid, item.path)
    return row


def _change_person(job: Job, row: Person, item: FilePerson) -> None:
    links = job.links(item, "organisation")
    links["zone"] = item.zone or job.document.programme.zone
    differences = assign(row, item, links)
    if differences:
        row.changed_at = job.now
        job.log.changed("person", row.uuid, item.path, differences)


def _memberships(job: Job) -> None:
    there: dict[int, dict[Any, Membership]] = {}
    for membership in job.programme.memberships:
        there.setdefault(membership.person_id, {})[membership.role] = membership
    for handle, person in job.people.items():
        item = job.document.people[handle]
        kept = there.get(person.id, {})
        differences: Differences = {}
        for part in item.roles:
            row = kept.get(part.role)
            if row is None:
                usual = derived(job.slug, "membership", handle, part.role.value)
                uuid = job.uuid(Membership.uuid, part, usual)
                row = Membership(
                    uuid=uuid, programme=job.programme, person=person, **columns(part, {})
                )
                job.session.add(row)
                differences[part.role.value] = [None, row.status.value]
            elif changed := assign(row, part, {}):
                differences[part.role.value] = [
                    {name: pair[side] for name, pair in changed.items()} for side in (0, 1)
                ]
        if item.has("roles"):
            named = {part.role for part in item.roles}
            for role in sorted(set(kept) - named):
                job.log.keep(f"{item.path}/roles/{role}")
        if differences and inspect(person).persistent:
            job.log.changed("person", person.uuid, f"{item.path}/roles", differences)


def import_pairs(job: Job) -> None:
    """Pairs are found by their handle within the programme."""
    there = {row.key: row for row in job.stock.pairs}
    for handle, item in job.document.pairs.items():
        row = there.get(handle)
        if row is None:
            uuid = job.uuid(Pair.uuid, item, derived(job.slug, "pair", handle))
            values = columns(item, {})
            row = Pair(key=handle, uuid=uuid, programme=job.programme, **values, **job.times(item))
            job.session.add(row)
            _members(job, row, item)
            job.log.created("pair", row.uuid, item.path)
        else:
            differences = assign(row, item, {}) | _members(job, row, item)
            if differences:
                row.changed_at = job.now
                job.log.changed("pair", row.uuid, item.path, differences)
        job.pairs[handle] = row
    job.keep_missing("pairs", there, job.pairs)
    _doubtful_pairs(job, there)


def _doubtful_pairs(job: Job, there: dict[str, Pair]) -> None:
    """Warn of a pair that seems to be another under a new handle, and of people in two at once."""
    members = {
        pair.key: frozenset(row.person.key for row in pair.members) for pair in there.values()
    }
    for handle, pair in job.pairs.items():
        people = frozenset(row.person.key for row in pair.members)
        for other in () if handle in there else there:
            if members[other] == people and other not in job.pairs:
                job.warnings.append(
                    f"pairs/{handle}: the same people as pairs/{other}; a new handle makes a second"
                    " pair"
                )
    today = job.now.date()
    current: dict[Person, list[str]] = {}
    for pair in sorted({*there.values(), *job.pairs.values()}, key=lambda row: row.key):
        if pair.starts_on <= today and (pair.ends_on is None or today <= pair.ends_on):
            for row in pair.members_on(today):
                current.setdefault(row.person, []).append(pair.key)
    job.warnings.extend(
        f"people/{person.key}: in {len(pairs)} pairs at once: {', '.join(pairs)}"
        for person, pairs in current.items()
        if len(pairs) > 1
    )


def _members(job: Job, pair: Pair, item: FilePair) -> Differences:
    if not item.has("members"):
        return {}
    there = {row.person: row for row in pair.members}
    before = [plain(member(row)) for row in pair.members]
    wanted = []
    for position, part in enumerate(item.members):
        links = {"person": job.people[part.person]}
        row = there.get(links["person"])
        if row is None:
            row = job.add(PairMember(pair=pair, **columns(part, links)))
        else:
            assign(row, part, links)
        row.position = position
        wanted.append(row)
    after = [plain(member(row)) for row in wanted]
    if before == after:
        return {}
    pair.members[:] = wanted
    return {"members": [before, after]}
