"""A text in several languages in a form: one input for each, side by side."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from mmp.core.texts import Translated

_CODE = re.compile(r"[a-z]{2,3}")


class TextsField(Field):  # type: ignore[misc]  # untyped
    """Sent as `title-en`, `title-ar` ...; `data` is a Translated without what is empty.

    A language that was not sent keeps its text.
    """

    widget = None

    def __init__(self, label: str, *, one_line: bool = False, **options: Any) -> None:
        """A title on one line, as files take it, or a text of several."""
        super().__init__(label, **options)
        self.one_line = one_line
        self.longest = 300 if one_line else 5_000

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What is there, overlaid with what was sent."""
        if not isinstance(data, Mapping):
            data = self.default() if callable(self.default) else self.default
        self.process_errors: list[str] = []
        self.typed: dict[str, str] = dict(data or {})
        start = f"{self.name}-"
        for name in formdata or ():
            code = name.removeprefix(start)
            if name.startswith(start) and _CODE.fullmatch(code):
                self.typed[code] = str(formdata[name])
        self.data = tidy(self.typed)
        if self.one_line:
            self.data = {code: " ".join(text.split()) for code, text in self.data.items()}

    def pre_validate(self, form: Any) -> None:
        """Refuse what no page could show."""
        if any(len(text) > self.longest or "\0" in text for text in self.typed.values()):
            raise ValidationError(_("Write at most %(count)s letters.", count=self.longest))

    def inputs(self, languages: Iterable[str]) -> list[tuple[str, str, str, bool]]:
        """Language, the input's name, what it holds, and whether the text is missing there."""
        codes = list(dict.fromkeys([*languages, *self.typed]))
        return [
            (code, f"{self.name}-{code}", self.typed.get(code, ""), self.lacks(code))
            for code in codes
        ]

    def lacks(self, code: str) -> bool:
        """Whether the text is there in another language but not in this one."""
        return bool(self.data) and not self.data.get(code)


def tidy(texts: Mapping[str, str]) -> Translated:
    """Without spaces around, with one kind of line end, without what is empty."""
    clean = {code: text.replace("\r\n", "\n").strip() for code, text in texts.items()}
    return {code: text for code, text in clean.items() if text}
