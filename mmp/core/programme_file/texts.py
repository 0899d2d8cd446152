"""Texts in several languages, as they are written by hand."""

from typing import Any

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import Kind, Plain, check_text, without_controls
from mmp.core.programme_file.nodes import Entries, Node, Scalar
from mmp.core.programme_file.reader import Reader
from mmp.core.programme_file.words import check_language


class Text(Kind):
    """One text, in the programme's first language, or one for each language."""

    @property
    def empty(self) -> Any:  # a new mapping each time
        return {}

    def read(self, node: Node, path: str, reader: Reader) -> dict[str, str]:
        if isinstance(node, Scalar):
            text = check_text(node.text)
            return {reader.language: text} if text else {}
        if not isinstance(node, Entries):
            raise UserError("A text belongs here, or one for each language: {en: ..., ar: ...}.")
        found = {}
        for key, part in node.pairs:
            try:
                language = check_language(key.text)
                if not isinstance(part, Scalar):
                    raise UserError("One text belongs here, not a list or more lines.")
                if part.text and not part.null:
                    found[language] = check_text(part.text)
            except UserError as error:
                reader.problems.add(key.line, f"{path}/{key.text}", error.message, **error.values)
        return _ordered(found, reader.language)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        """In the order of the codes, the file's own language first; alone, it needs no code."""
        texts = {code: without_controls(text) for code, text in (value or {}).items() if text}
        if list(texts) == [language]:
            return texts[language]
        return _ordered(texts, language)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        defs.setdefault(
            "text",
            {
                "description": "A text in the programme's first language, or one per language.",
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "propertyNames": {"pattern": "^[a-z]{2,3}$"},
                        "additionalProperties": {"type": ["string", "null"]},
                    },
                ],
            },
        )
        return {"$ref": "#/$defs/text"}


def _ordered(texts: dict[str, str], language: str | None) -> dict[str, str]:
    return {code: texts[code] for code in sorted(texts, key=lambda code: (code != language, code))}
