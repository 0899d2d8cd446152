"""Forms of an event's documents."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from mmp.services.documents import Upload
from mmp.services.stored_files import MAX_BYTES
from mmp.web.labels import language_name
from mmp.web.texts_field import TextsField

LANGUAGES = ("en", "ar", "fr")
"""Offered for a file beside those of the programme."""


class FileField(HiddenField):  # type: ignore[misc]  # untyped
    """A file; browsers send none again when a form comes back with faults."""

    def _value(self) -> str:
        return ""


class DocumentForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A document with the file of one language."""

    uuid = HiddenField()
    version = IntegerField(validators=[Optional()])
    title = TextsField(_l("Title"), one_line=True)
    public = BooleanField(_l("Everybody may read it"))
    language = SelectField(_l("Language of the file"), validate_choice=False)
    file = FileField(_l("File"))

    def offer(self, languages: Any) -> None:
        """The languages a file may be in."""
        codes = dict.fromkeys([*languages, *LANGUAGES])
        self.language.choices = [SelectChoice(code, language_name(code)) for code in codes]
        if self.language.data not in codes:
            self.language.data = next(iter(codes))

    def upload(self) -> Upload | None:
        """The file that was sent, a little more of it than is taken; none where none was."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return None
        name = sent.filename.replace("\\", "/").rpartition("/")[2]
        name = "".join(letter for letter in name if letter.isprintable())
        ending = name.rpartition(".")[2][:16]
        name = name if len(name) <= 200 else f"{name[:180]}.{ending}"
        return Upload(self.language.data, name, sent.stream.read(MAX_BYTES + 1))
