"""Import: a programme file into the rows of a programme, all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from mmp.core.programme_file import Problems
from mmp.models import Person, Programme
from mmp.services.programme_files.changes import Change, Log
from mmp.services.programme_files.files import keep_copies
from mmp.services.programme_files.format import ProgrammeFile
from mmp.services.programme_files.import_events import import_events
from mmp.services.programme_files.import_papers import import_documents, import_forms
from mmp.services.programme_files.import_people import (
    import_organisations,
    import_pairs,
    import_people,
)
from mmp.services.programme_files.import_shape import make_programme, shape_programme
from mmp.services.programme_files.job import Job
from mmp.services.programme_files.past import import_history
from mmp.services.programme_files.reading import read_document
from mmp.services.programme_files.stock import Stock, load


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `kept` names what the database has and the file has not."""

    programme: Programme
    new: bool
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    unused: tuple[str, ...]
    """People in the file who have no part in the programme; they were not made."""
    warnings: tuple[str, ...]
    """What is allowed but hardly meant, each with its path."""


def import_programme(
    session: Session,
    *,
    data: bytes,
    file: str,
    actor: Person | None,
    now: datetime,
    folder: Path | None = None,
    store: Path | None = None,
) -> Imported:
    """Bring the database to what a programme file says, and say what was done.

    `data` are the file's bytes and `file` its name in messages; `folder` is where it lies, with its
    documents beside it in `<stem>.documents`; `store` is where the installation keeps them (None:
    nowhere, for a trial). Everything is checked first. Things are found by address or handle; the
    same file again changes nothing; what a file leaves out stays.
    Flushes, never commits. Raises ProblemsFound with every fault; roll the session back then.
    """
    document = read_document(data, file)
    with session.no_autoflush:
        job = _job(session, document, Problems(file), actor, now, folder)
        _apply(job)
        job.problems.raise_if_any()
    if store is not None:
        keep_copies(job.copies, store)
    session.flush()
    for form in job.new_forms:
        form.programme_id = job.programme.id
        session.add(form)
    session.flush()
    return Imported(
        programme=job.programme,
        new=job.new,
        changes=tuple(job.log.changes),
        kept=tuple(job.log.kept),
        unused=tuple(job.unused),
        warnings=tuple(job.warnings),
    )


def _job(
    session: Session,
    document: ProgrammeFile,
    problems: Problems,
    actor: Person | None,
    now: datetime,
    folder: Path | None,
) -> Job:
    stock = load(session, document.programme.slug)
    # An export tells how everything came to be; importing it adds nothing to that.
    quiet = stock.programme is None and document.has("history")
    beside = folder / f"{Path(problems.file).stem}.documents" if folder else None
    log = Log(session, actor, now, quiet=quiet)
    return Job(session, document, stock, problems, log, now, beside)


def _apply(job: Job) -> None:
    make_programme(job)
    import_organisations(job)
    shape_programme(job)
    import_people(job)
    import_pairs(job)
    import_events(job)
    import_documents(job)
    import_forms(job)
    import_history(job, _now_there(job))


def _now_there(job: Job) -> Stock:
    """All rows of the programme, those that are new among them."""
    old = job.stock
    return Stock(
        programme=job.programme,
        organisations=list(job.organisations.values()),
        people=list({*old.people, *job.people.values()}),
        pairs=list({*old.pairs, *job.pairs.values()}),
        events=list({*old.events, *job.events.values()}),
        documents=list({*old.documents, *job.documents.values()}),
        forms=[*old.forms, *job.new_forms],
    )
