"""Import: documents with their files, and forms with what was answered."""

from typing import Any

from mmp.models import Answer, Document, DocumentFile, Form, Question, Response
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.describe import plain
from mmp.services.programme_files.files import take_file
from mmp.services.programme_files.format import FileDocument, FileForm, FileResponse
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.job import Job
from mmp.services.stored_files import StoredFile


def import_documents(job: Job) -> None:
    """Documents are found by their handle within the programme."""
    there = {row.key: row for row in job.stock.documents}
    for handle, item in job.document.documents.items():
        row = there.get(handle)
        links = job.links(item, "event")
        if row is None:
            uuid = job.uuid(Document.uuid, item, derived(job.slug, "document", handle))
            values = columns(item, links) | job.times(item)
            row = job.add(Document(key=handle, uuid=uuid, programme=job.programme, **values))
            _files(job, row, item)
            job.log.created("document", row.uuid, item.path)
            job.documents[handle] = row
            continue
        differences = assign(row, item, links) | _files(job, row, item)
        if differences:
            row.changed_at = job.now
            job.log.changed("document", row.uuid, item.path, differences)
    job.keep_missing("documents", there, job.document.documents)


def _files(job: Job, row: Document, item: FileDocument) -> Differences:
    there = {found.language: found for found in row.files}
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for language, name in item.files.items():
        file = take_file(job, item, language, name)
        if file is None:
            continue
        found = there.get(language)
        if found is None:
            job.add(DocumentFile(document=row, language=language, **file.columns()))
            new[language] = file.filename
        elif StoredFile.of(found) != file:
            old[language], new[language] = found.filename, file.filename
            for column, value in file.columns().items():
                setattr(found, column, value)
    if item.has("files"):
        job.keep_missing(f"{item.path}/files", there, item.files)
    return {"files": [old, new]} if new else {}


def import_forms(job: Job) -> None:
    """Forms are found by their handle within the programme."""
    there = {row.key: row for row in job.stock.forms}
    for handle, item in job.document.forms.items():
        row = there.get(handle)
        links = job.links(item, "event")
        if row is None:
            uuid = job.uuid(Form.uuid, item, derived(job.slug, "form", handle))
            values = columns(item, links) | job.times(item)
            row = Form(key=handle, uuid=uuid, **values)
            job.new_forms.append(row)
            _questions(job, row, item)
            _responses(job, row, item)
            job.log.created("form", row.uuid, item.path)
            continue
        differences = assign(row, item, links) | _questions(job, row, item)
        differences |= _responses(job, row, item)
        if differences:
            row.changed_at = job.now
            job.log.changed("form", row.uuid, item.path, differences)
    job.keep_missing("forms", there, job.document.forms)


def _questions(job: Job, form: Form, item: FileForm) -> Differences:
    there = {row.key: row for row in form.questions}
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for position, (handle, part) in enumerate(item.questions.items()):
        options = [{"key": key, "text": text} for key, text in part.options.items()]
        row = there.get(handle)
        if row is None:
            uuid = job.uuid(Question.uuid, part, derived(job.slug, "question", form.key, handle))
            values = columns(part, {})
            form.questions.append(
                Question(key=handle, uuid=uuid, position=position, options=options, **values)
            )
            new[handle] = plain(part)
            continue
        row.position = position
        changed = assign(row, part, {})
        if part.has("options") and row.options != options:
            changed["options"] = [row.options, options]
            row.options = options
        if changed:
            old[handle] = {name: pair[0] for name, pair in changed.items()}
            new[handle] = {name: pair[1] for name, pair in changed.items()}
    if item.has("questions"):
        job.keep_missing(f"{item.path}/questions", there, item.questions)
    return {"questions": [old, new]} if new else {}


def _responses(job: Job, form: Form, item: FileForm) -> Differences:
    unmatched = list(form.responses)
    questions = {row.key: row for row in form.questions}
    old: list[Any] = []
    new: list[Any] = []
    for number, part in enumerate(item.responses, start=1):
        person = job.people[part.person] if part.person else None
        row = _match(unmatched, part, person)
        if row is None:
            usual = derived(job.slug, "response", form.key, person.key if person else f"#{number}")
            row = Response(
                uuid=job.uuid(Response.uuid, part, usual),
                person=person,
                submitted_at=part.submitted_at,
            )
            form.responses.append(row)
            new.append(part.path)
        else:
            unmatched.remove(row)
            changed = assign(row, part, {"person": person})
            before = {answer.question.key: answer.value for answer in row.answers}
            if changed or any(before.get(key) != value for key, value in part.answers.items()):
                old.append(part.path)
                new.append(part.path)
        answers = {answer.question.key: answer for answer in row.answers}
        for handle, value in part.answers.items():
            if handle in answers:
                if answers[handle].value != value:
                    answers[handle].value = value
            elif handle in questions:
                row.answers.append(Answer(question=questions[handle], value=value))
    return {"responses": [old, new]} if new else {}


def _match(unmatched: list[Response], part: FileResponse, person: Any) -> Response | None:
    for row in unmatched:
        if person is not None and row.person is person:
            return row
        if person is None and (
            row.uuid == part.id
            if part.id
            else row.submitted_at == part.submitted_at
            and {answer.question.key: answer.value for answer in row.answers} == part.answers
        ):
            return row
    return None
