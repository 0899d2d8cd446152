"""Export: the rows of a programme as a programme file, the same bytes for the same rows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.core.programme_file import emit
from mmp.models import (
    Document,
    DocumentFile,
    Form,
    HistoryEntry,
    Membership,
    Pair,
    Programme,
    Response,
)
from mmp.services.programme_files.describe import (
    Times,
    by_key,
    described,
    member,
    milestone,
    organisation_role,
    person,
    plain,
    unless,
)
from mmp.services.programme_files.describe_events import event
from mmp.services.programme_files.format import (
    VERSION,
    FileBreak,
    FileDocument,
    FileForm,
    FileHistoryEntry,
    FileOrganisation,
    FilePair,
    FilePhase,
    FileProgramme,
    FileQuestion,
    FileResponse,
    FileSeries,
    FileTheme,
    ProgrammeFile,
)
from mmp.services.programme_files.ids import derived, organisation_id
from mmp.services.programme_files.past import subjects
from mmp.services.programme_files.stock import Stock, load


@dataclass(frozen=True, slots=True)
class Exported:
    """A programme file, and the files of its documents by the names that it gives them."""

    text: str
    files: dict[str, DocumentFile]


def export_programme(session: Session, slug: str) -> Exported:
    """The programme file of a programme. Raises NotFound."""
    with session.no_autoflush:
        stock = load(session, slug)
        if stock.programme is None:
            raise NotFound("There is no programme “%(slug)s” here.", slug=slug)
        names = _file_names(stock.documents)
        document = _document(session, stock, stock.programme, names)
    data = plain(document, document.programme.languages[0])
    # Said even where it is empty: then an import adds nothing to it.
    data.setdefault("history", [])
    return Exported(emit(data), {name: row for row, name in names.items()})


def _document(
    session: Session, stock: Stock, row: Programme, names: dict[DocumentFile, str]
) -> ProgrammeFile:
    slug, times = row.slug, Times(row.created_at)
    memberships: dict[int, list[Membership]] = {}
    for membership in row.memberships:
        memberships.setdefault(membership.person_id, []).append(membership)
    events = sorted(stock.events, key=lambda one: (one.starts_at or one.ends_at, one.key))
    return ProgrammeFile(
        mmp=VERSION,
        programme=_programme(row),
        organisations=by_key(
            stock.organisations,
            lambda one: described(
                FileOrganisation,
                one,
                id=unless(organisation_id(one.key), one.uuid),
                **times.of(one),
            ),
        ),
        people=by_key(stock.people, lambda one: person(one, slug, memberships, times)),
        pairs=by_key(stock.pairs, lambda one: _pair(one, slug, times)),
        events=by_key(events, lambda one: event(one, slug, times)),
        documents=by_key(stock.documents, lambda one: _paper(one, slug, times, names)),
        forms=by_key(stock.forms, lambda one: _form(one, slug, times)),
        history=list(_history(session, stock, row)),
    )


def _programme(row: Programme) -> FileProgramme:
    slug = row.slug

    def part(kind: type[Any], name: str) -> Any:
        return lambda one: described(kind, one, id=unless(derived(slug, name, one.key), one.uuid))

    return described(
        FileProgramme,
        row,
        languages=row.languages or ["en"],
        organisations=[organisation_role(one) for one in row.organisation_roles],
        phases=by_key(_ordered(row.phases, "position"), part(FilePhase, "phase")),
        breaks=by_key(_ordered(row.breaks, "starts_on"), part(FileBreak, "break")),
        milestones=by_key(_ordered(row.milestones, "first_day"), lambda one: milestone(one, slug)),
        series=by_key(row.series, part(FileSeries, "series")),
        themes=by_key(row.themes, part(FileTheme, "theme")),
        id=unless(derived(slug, "programme"), row.uuid),
        created_at=row.created_at,
        changed_at=None if row.changed_at == row.created_at else row.changed_at,
    )


def _ordered(rows: Iterable[Any], attribute: str) -> list[Any]:
    return sorted(rows, key=lambda row: (getattr(row, attribute), row.key))


def _pair(row: Pair, slug: str, times: Times) -> FilePair:
    return described(
        FilePair,
        row,
        members=[member(one) for one in row.members],
        id=unless(derived(slug, "pair", row.key), row.uuid),
        **times.of(row),
    )


def _paper(row: Document, slug: str, times: Times, names: dict[DocumentFile, str]) -> FileDocument:
    return described(
        FileDocument,
        row,
        files={one.language: names[one] for one in row.files},
        id=unless(derived(slug, "document", row.key), row.uuid),
        **times.of(row),
    )


def _file_names(documents: list[Document]) -> dict[DocumentFile, str]:
    """Each file under its own name; in a folder of its own where another has that already."""
    names: dict[DocumentFile, str] = {}
    taken: dict[str, str] = {}
    for document in documents:
        for row in document.files:
            name = re.sub(r"[/\\\x00-\x1f\x7f]|^\.+$", "_", row.filename)
            if taken.setdefault(name.casefold(), row.sha256) != row.sha256:
                name = f"{document.key}-{row.language}/{name}"
            names[row] = name
    return names


def _form(row: Form, slug: str, times: Times) -> FileForm:
    order = {question.id: number for number, question in enumerate(row.questions)}
    responses = sorted(
        row.responses, key=lambda one: (one.submitted_at, one.person.key if one.person else "")
    )

    def response(number: int, one: Response) -> FileResponse:
        usual = derived(slug, "response", row.key, one.person.key if one.person else f"#{number}")
        answers = sorted(one.answers, key=lambda answer: order[answer.question_id])
        return described(
            FileResponse,
            one,
            answers={answer.question.key: answer.value for answer in answers},
            id=unless(usual, one.uuid),
        )

    return described(
        FileForm,
        row,
        questions=by_key(
            row.questions,
            lambda one: described(
                FileQuestion,
                one,
                options={option["key"]: option["text"] for option in one.options},
                id=unless(derived(slug, "question", row.key, one.key), one.uuid),
            ),
        ),
        responses=[response(number, one) for number, one in enumerate(responses, start=1)],
        id=unless(derived(slug, "form", row.key), row.uuid),
        **times.of(row),
    )


def _history(session: Session, stock: Stock, row: Programme) -> Iterable[FileHistoryEntry]:
    named = {(kind, uuid): handle for kind, handle, uuid in subjects(stock)}
    people = {one.id: one.key for one in stock.people}
    entries = session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.programme_id == row.id)
        .order_by(HistoryEntry.at, HistoryEntry.id)
    )
    for entry in entries:
        kind, uuid = entry.subject_kind, entry.subject_uuid
        yield FileHistoryEntry(
            at=entry.at,
            by=people[entry.actor_id] if entry.actor_id else None,
            kind=kind,
            of=named.get((kind, uuid), str(uuid)),
            action=entry.action,
            changes=entry.changes or (),
        )
