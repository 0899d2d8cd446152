"""Fields of an event's form: questions, days, clock times, numbers, links.

Each keeps what was typed, so that a wrong value comes back as it was.
"""

import re
from calendar import monthrange
from datetime import date, time
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from flask_babel import gettext as _
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from mmp.core.texts import Translated
from mmp.web.texts_field import tidy
from mmp.web.when import month_name

MOST_QUESTIONS = 20
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?")
_YEARS = range(1990, 2101)


class QuestionsField(Field):  # type: ignore[misc]  # untyped
    """Several texts in several languages, in their order, sent as `name-0-en` and so on.

    An empty one goes; a language that was not sent keeps its text.
    """

    widget = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What is there, overlaid with what was sent."""
        self.process_errors: list[str] = []
        was: list[Translated] = [dict(text) for text in data or ()]
        rows = was + [{} for _row in range(MOST_QUESTIONS - len(was))]
        for name in formdata or ():
            if found := re.fullmatch(
                rf"{re.escape(self.name)}-([0-9]{{1,2}})-([a-z]{{2,3}})", name
            ):
                if int(found[1]) < len(rows):
                    rows[int(found[1])][found[2]] = str(formdata[name])
        self.data = [text for text in map(tidy, rows) if text]

    def pre_validate(self, form: Any) -> None:
        """Refuse what no page could show."""
        if any("\0" in words or len(words) > 2000 for text in self.data for words in text.values()):
            raise ValidationError(_("Write at most %(count)s letters.", count=2000))

    def rows(self) -> list[Translated]:
        """The questions and room for two more."""
        return [*self.data, {}, {}][:MOST_QUESTIONS]


class _Typed(StringField):  # type: ignore[misc]  # untyped
    """A value that is read from what was typed; `value` is it, None where it is empty or wrong."""

    data: Any
    value: Any = None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else self.data

    def pre_validate(self, form: Any) -> None:
        try:
            self.value = self.read(str(self.data).translate(_DIGITS)) if self.data else None
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def read(self, text: str) -> Any:
        raise NotImplementedError


class DayField(_Typed):
    """A day, as browsers send it (2026-09-30)."""

    def read(self, text: str) -> date:
        found = _DAY.fullmatch(text)
        if found is None:
            raise ValueError(_("Write a day as year, month and day, like 2026-09-30."))
        year, month, day = (int(part) for part in found.groups())
        first = _month(year, month)
        last = monthrange(year, month)[1]
        if not 1 <= day <= last:
            raise ValueError(
                _(
                    "There is no day %(day)s in %(month)s; its last day is %(last)s.",
                    day=day,
                    month=month_name(first),
                    last=last,
                )
            )
        return first.replace(day=day)


class MonthField(_Typed):
    """A month (2026-10); its first day."""

    def read(self, text: str) -> date:
        found = _MONTH.fullmatch(text)
        if found is None:
            raise ValueError(_("Write a month as year and month, like 2026-10."))
        return _month(int(found[1]), int(found[2]))


def _month(year: int, month: int) -> date:
    if year not in _YEARS:
        raise ValueError(_("Write the year with four digits, like 2026."))
    if not 1 <= month <= 12:
        raise ValueError(_("There is no month %(month)s; choose 1 to 12.", month=month))
    return date(year, month, 1)


class ClockField(_Typed):
    """A clock time (14:00)."""

    def read(self, text: str) -> time:
        found = _CLOCK.fullmatch(text)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise ValueError(_("Write a clock time like 14:00."))
        return time(int(found[1]), int(found[2]))


class WholeField(_Typed):
    """A whole number from `least` to `most`, in any digits."""

    def __init__(self, label: Any = None, *, least: int, most: int, **more: Any) -> None:
        super().__init__(label, **more)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(
                _("Write a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )
        return int(text)


class LinkField(_Typed):
    """A web address (http or https); `value` is its ASCII form (RFC 3986, RFC 5891)."""

    def read(self, text: str) -> str:
        typed = str(self.data)  # digits in a path are part of it
        try:
            parts = urlsplit(typed)
            port = f":{parts.port}" if parts.port else ""
            host = (parts.hostname or "").encode("idna").decode("ascii")
        except (ValueError, UnicodeError):
            raise ValueError(self._sentence()) from None
        if parts.scheme not in ("http", "https") or not host or re.search(r"\s", typed):
            raise ValueError(self._sentence())
        if parts.username or len(typed) > 2000:
            raise ValueError(self._sentence())
        host = f"[{host}]" if ":" in host else host
        path, query, fragment = (
            quote(part, safe="/%:@!$&'()*+,;=~?-._")
            for part in (parts.path, parts.query, parts.fragment)
        )
        return urlunsplit((parts.scheme, host + port, path, query, fragment))

    @staticmethod
    def _sentence() -> str:
        return str(_("Write the whole address, beginning with https://"))
