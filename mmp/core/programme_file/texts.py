"""Texts in several languages, as they are written by hand."""

from typing import Any

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import (
    LONGEST_LINE,
    LONGEST_TEXT,
    Kind,
    Plain,
    tidy,
    without_controls,
)
from mmp.core.programme_file.nodes import Entries, Node, Scalar
from mmp.core.programme_file.reader import Reader
from mmp.core.programme_file.words import check_language


class Text(Kind):
    """One text, in the programme's first language, or one for each language.

    `line`: a name or a title, which stands on one line.
    """

    def __init__(self, *, line: bool = False) -> None:
        self.line = line
        self.longest = LONGEST_LINE if line else LONGEST_TEXT

    @property
    def empty(self) -> Any:  # a new mapping each time
        return {}

    def read(self, node: Node, path: str, reader: Reader) -> dict[str, str]:
        if isinstance(node, Scalar):
            text = self._tidy(node)
            return {reader.language: text} if text else {}
        if not isinstance(node, Entries):
            raise UserError("A text belongs here, or one for each language: {en: ..., ar: ...}.")
        found = {}
        for key, part in node.pairs:
            try:
                language = check_language(key.text)
                if not isinstance(part, Scalar):
                    raise UserError("One text belongs here, not a list or more lines.")
                if not part.null and (text := self._tidy(part)):
                    found[language] = text
            except UserError as error:
                reader.problems.add(key.line, f"{path}/{key.text}", error.message, **error.values)
        return _ordered(found, reader.language)

    def _tidy(self, node: Scalar) -> str:
        return tidy(node.text, line=self.line, longest=self.longest)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        """In the order of the codes, the file's own language first; alone, it needs no code."""
        texts = {code: without_controls(text) for code, text in (value or {}).items() if text}
        if list(texts) == [language]:
            return texts[language]
        return _ordered(texts, language)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        name = "line" if self.line else "text"
        kind = "A text on one line" if self.line else "A text"
        defs.setdefault(
            name,
            {
                "description": f"{kind} in the programme's first language, or one per language.",
                "anyOf": [
                    {"type": "string", "maxLength": self.longest},
                    {
                        "type": "object",
                        "propertyNames": {"pattern": "^[a-z]{2,3}$"},
                        "additionalProperties": {
                            "type": ["string", "null"],
                            "maxLength": self.longest,
                        },
                    },
                ],
            },
        )
        return {"$ref": f"#/$defs/{name}"}


def _ordered(texts: dict[str, str], language: str | None) -> dict[str, str]:
    return {code: texts[code] for code in sorted(texts, key=lambda code: (code != language, code))}
