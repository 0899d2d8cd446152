"""What templates may use."""

from collections.abc import Iterable
from typing import Any

from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, request
from flask_babel import get_locale, gettext as _
from markupsafe import Markup, escape

from mmp.adapters.translations import direction
from mmp.models import Delegation, OrganisationRole
from mmp.models.enums import OrganisationRoleName
from mmp.web import labels, languages, qr, texts, when
from mmp.web.context import context


def install(app: Flask) -> None:
    """Give the templates their filters and globals."""
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.filters.update(
        plain=texts.plain,
        shown=texts.shown,
        markdown=texts.markdown,
        isolate=texts.isolate,
        name_of=texts.name_of,
        label=labels.label,
        country=labels.country,
        language_name=labels.language_name,
        direction=direction,
        joined=_joined,
        octets=_octets,
        number=_number,
    )
    env.globals.update(
        arrow=texts.arrow,
        full_address=languages.full_address,
        isolated=texts.isolated,
        may_name=texts.may_name,
        by_role=_by_role,
        language_list=labels.language_list,
        delegation_name=_delegation_name,
        versions=languages.versions,
        when=when,
        qr_code=qr.qr_code,
    )
    app.context_processor(_of_page)


def _of_page() -> dict[str, Any]:
    language = texts.language()
    clock = context().clock
    return {
        "language": language,
        "dir": direction(language),
        # Scripts write numbers as the pages do.
        "locale_tag": str(get_locale() or "en_GB").replace("_", "-") + "-u-nu-latn",
        "demo_day": when.long_day(clock.now().date()) if clock.shifted else "",
        "endpoint": request.endpoint or "",
    }


def _joined(words: Iterable[str]) -> Markup:
    """What there is, with commas between."""
    return escape(_(", ")).join([word for word in words if word])


def _number(value: int) -> str:
    """“1,225”, as the reader writes it."""
    return str(format_decimal(value, locale=get_locale()))


def _octets(size: int) -> Markup:
    """“120 kB”."""
    return texts.isolate(
        format_unit(
            max(1, round(size / 1000)), "digital-kilobyte", length="short", locale=get_locale()
        )
    )


def _by_role(
    roles: Iterable[OrganisationRole],
) -> list[tuple[OrganisationRoleName, list[OrganisationRole]]]:
    """Organisations by what they are, hosts first."""
    entries = sorted(roles, key=lambda entry: entry.position)
    found = [(name, [e for e in entries if e.role is name]) for name in OrganisationRoleName]
    return [(name, those) for name, those in found if those]


def _delegation_name(delegation: Delegation) -> Markup:
    """A delegation by its name, else its organisation, else its country."""
    if delegation.name:
        return texts.shown(delegation.name)
    if delegation.organisation:
        return texts.shown(delegation.organisation.name)
    return texts.isolate(labels.country(delegation.country or ""))
