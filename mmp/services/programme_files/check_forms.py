"""What can be wrong inside one form: answers without questions, people where there are none."""

from typing import Any

from mmp.core.programme_file import Problems
from mmp.core.programme_file.problems import closest
from mmp.models.enums import QuestionKind
from mmp.services.programme_files.format import FileForm, FileQuestion, FileResponse

_NUMBERS = (int, float)


def check_form(form: FileForm, problems: Problems) -> None:
    """Note every fault between the parts of a form."""
    if form.opens_at and form.closes_at and form.closes_at < form.opens_at:
        problems.add(
            form.line_of("closes_at"),
            f"{form.path}/closes_at",
            "It closes before it opens; correct one of them.",
        )
    seen = set()
    for response in form.responses:
        if form.anonymous and response.person:
            problems.add(
                response.line_of("person"),
                f"{response.path}/person",
                "An anonymous form does not say who answered; take the person out.",
            )
        if not form.anonymous and not response.person:
            problems.add(response.line, response.path, "Say who answered: person: HANDLE.")
        if response.person and response.person in seen:
            problems.add(
                response.line,
                response.path,
                "%(person)s has answered already; delete one.",
                person=response.person,
            )
        seen.add(response.person)
        _answers(response, form, problems)


def _answers(response: FileResponse, form: FileForm, problems: Problems) -> None:
    line = response.line_of("answers")
    for handle, value in response.answers.items():
        path = f"{response.path}/answers/{handle}"
        question = form.questions.get(handle)
        if question is None:
            near = closest(handle, form.questions)
            problems.add(
                line,
                path,
                "The form has no question “%(handle)s”; %(mend)s",
                handle=handle,
                mend=f"did you mean {near}?" if near else "take the answer out.",
            )
        elif fault := _fault(question, value):
            problems.add(line, path, fault)


def _fault(question: FileQuestion, value: Any) -> str | None:
    if value is None:
        return None
    match question.kind:
        case QuestionKind.NUMBER:
            right = isinstance(value, _NUMBERS) and not isinstance(value, bool)
            return None if right else "The answer must be a number."
        case QuestionKind.CHOICES:
            if not isinstance(value, list):
                return "The answer must be a list: [one, two]."
            return next((fault for one in value if (fault := _option(question, one))), None)
        case QuestionKind.CHOICE:
            return _option(question, value)
        case QuestionKind.SLOT:
            return None
        case QuestionKind.PERSON if isinstance(value, list):
            right = all(isinstance(one, str) for one in value)
            return None if right else "The answer must be a list: [one, two]."
        case _:
            return (
                None if isinstance(value, str) else "The answer must be a text; put it in quotes."
            )


def _option(question: FileQuestion, value: Any) -> str | None:
    if not question.options or value in question.options:
        return None
    return f"The answer must be one of the options: {', '.join(question.options)}."
