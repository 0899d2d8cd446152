"""Forms of the door: addresses, passwords, codes."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, Optional, Regexp

_EMAIL = r"\s*[^\s@]{1,64}@[^\s@]{1,255}\s*"


def _email() -> StringField:
    return StringField(
        _l("E-mail address"),
        validators=[Regexp(rf"^{_EMAIL}$", message=_l("Give an address like name@example.org."))],
    )


class LinkForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Where to send a link."""

    email = _email()


class NewAddressForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Where one's mail is to go."""

    email = StringField(
        _l("New e-mail address"),
        validators=[
            Length(max=320, message=_l("Give an address like name@example.org.")),
            Regexp(rf"^{_EMAIL}$", message=_l("Give an address like name@example.org.")),
        ],
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Address and password."""

    email = _email()
    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Give your password."))])


class CodeForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        _l("Code"),
        validators=[
            DataRequired(_l("Give the code.")),
            Length(max=64, message=_l("Give the code.")),
        ],
    )


class ProofForm(FlaskForm):  # type: ignore[misc]  # untyped
    """The password once more, and a code where this device gave none yet."""

    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Give your password."))])
    code = StringField(_l("Code"), validators=[Optional(), Length(max=64)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A new password, and a code where a forgotten one is replaced."""

    code = StringField(_l("Code"), validators=[Optional(), Length(max=64)])
    password = PasswordField(
        _l("New password"), validators=[DataRequired(_l("Give a new password."))]
    )


class FirstAccountForm(FlaskForm):  # type: ignore[misc]  # untyped
    """The first person of an installation."""

    name = StringField(
        _l("Your name"),
        validators=[
            DataRequired(_l("Give your name.")),
            Length(max=200, message=_l("Give a shorter name.")),
        ],
    )
    email = _email()
    zone = SelectField(_l("Where you live, by time zone"))
    password = PasswordField(
        _l("New password"), validators=[DataRequired(_l("Give a new password."))]
    )


class FirstProgrammeForm(FlaskForm):  # type: ignore[misc]  # untyped
    """How the first programme begins."""

    way = RadioField(
        _l("How to begin"),
        choices=[
            SelectChoice("empty", _l("An empty programme")),
            SelectChoice("file", _l("A programme file")),
            SelectChoice("demo", _l("The invented programme of the demo")),
        ],
        validate_choice=False,
        validators=[AnyOf(["empty", "file", "demo"], _l("Choose one of the three."))],
    )
    name = StringField(_l("Name of the programme"), validators=[Optional(), Length(max=200)])
    slug = StringField(_l("Its short name, for addresses"), validators=[Optional(), Length(max=80)])
    zone = SelectField(_l("Its time zone"))
    languages = SelectMultipleField(_l("Its languages"))
