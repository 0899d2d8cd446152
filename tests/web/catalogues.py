"""The catalogues of texts and what the code asks of them.

`python -m tests.web.catalogues` brings mmp/translations/ up to date: new texts come in without a
translation, texts no longer used go. `tests/web/test_translations.py` fails until it was run and
every text is translated.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "mmp/translations"

# The command line and the lines of a refused file speak English.
LEFT_OUT = (
    "adapters/**",
    "cli/**",
    "config.py",
    "core/programme_file/**",
    "core/solver_files.py",
    "migrations/**",
    "services/demo.py",
    "services/programme_files/**",
)
KEYWORDS = DEFAULT_KEYWORDS | dict.fromkeys(
    (
        *("_l", "lazy_gettext"),
        *(
            "AddressTaken",
            "BadTemplate",
            "MovedMeanwhile",
            "NotFound",
            "StaleEdit",
            "UnknownZone",
            "Unreadable",
            "UserError",
        ),
    )
)
HEADER = """\
# The texts of mmp in one language; `python -m tests.web.catalogues` keeps them up to date."""
# Dates and versions in the header would change without any text having changed.
NOT_KEPT = (b"POT-", b"PO-", b"Last-", b"Generated-", b"Report-", b"Language-Team")


@cache
def extracted() -> Catalog:
    """Every text that the code and the templates hold."""
    catalogue = Catalog(project="mmp", charset="utf-8")
    for message, context in _messages():
        catalogue.add(message, context=context)
    return catalogue


def _messages() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    ways: tuple[tuple[str, list[tuple[str, str]], dict[str, dict[str, str]]], ...] = (
        ("mmp", [*((path, "ignore") for path in LEFT_OUT), ("**.py", "python")], {}),
        ("templates", [("**.html", "jinja2")], {"**.html": {"trimmed": "true", "silent": "false"}}),
    )
    for folder, methods, options in ways:
        for _, _, message, _, context in extract_from_dir(
            ROOT / folder,
            methods,
            options,
            KEYWORDS,
            directory_filter=lambda path: not Path(path).name.startswith("."),
        ):
            yield message, context


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES/messages.po"


def languages() -> list[str]:
    """The languages that have a catalogue, or a folder for one."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def read(language: str) -> Catalog:
    """A catalogue as it is written."""
    if not path_of(language).exists():
        return Catalog(locale=language, project="mmp")
    return read_po(BytesIO(path_of(language).read_bytes()), locale=language)


def brought_up_to_date(language: str) -> bytes:
    """The catalogue with exactly the texts that the code holds, in a stable order."""
    old = read(language)
    new = Catalog(locale=language, project="mmp", fuzzy=False, header_comment=HEADER)
    # The catalogue's own rule: Babel's for Arabic takes 13 for what 100 is.
    new.mime_headers = [one for one in old.mime_headers if one[0] == "Plural-Forms"]
    for message in extracted():
        if not message.id:
            continue
        known = old.get(message.id, context=message.context)
        empty = ("",) * old.num_plurals if message.pluralizable else ""
        new.add(message.id, known.string if known else empty, context=message.context)
    out = BytesIO()
    write_po(out, new, sort_output=True, omit_header=False, width=100)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.lstrip(b'"').startswith(NOT_KEPT))


if __name__ == "__main__":
    for language in languages():
        path_of(language).write_bytes(brought_up_to_date(language))
