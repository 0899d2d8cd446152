"""Errors that people see: a code, a sentence that says how to mend it, and the field it belongs to.

The web turns them into a form error or a page, the command line into one line and exit status 2.
"""


class UserError(Exception):
    """Bad input or a refused act, told to the person who can mend it.

    `code` is stable and machine-readable; `message` is one English sentence, a gettext msgid with
    `%(name)s` placeholders filled from `values`; `field` names the input it stands beside.
    """

    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        self.message = message
        self.field = field
        self.values = values
        super().__init__(message % values if values else message)


class NotFound(UserError):
    """What was asked for does not exist, or not for this reader: the two look alike on purpose."""

    code = "not_found"


class SettingsError(UserError):
    """A setting is missing or nonsense; the start stops."""

    code = "settings"


class StaleEdit(UserError):
    """The thing was changed by someone else since it was read."""

    code = "stale"


class Problem(UserError):
    """One fault in an imported file: where it stands and how to mend it."""

    code = "import"

    def __init__(self, message: str, *, file: str, line: int, path: str, **values: object) -> None:
        super().__init__(message, field=None, **values)
        self.file = file
        self.line = line
        self.path = path

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: {super().__str__()}"


class ProblemsFound(UserError):
    """A file was refused as a whole; nothing of it was saved."""

    code = "problems"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
