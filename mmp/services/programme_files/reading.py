"""From the bytes of a programme file to a checked document, or to all that is wrong with it."""

from mmp.core.errors import UserError
from mmp.core.programme_file import FAILED, Entries, Node, Problems, Reader, Scalar, read_nodes
from mmp.core.programme_file.nodes import Items
from mmp.core.programme_file.records import Record
from mmp.core.programme_file.words import check_language
from mmp.core.zones import agreed_zones
from mmp.services.programme_files.checks import check
from mmp.services.programme_files.format import ProgrammeFile


def read_document(data: bytes, file: str) -> ProgrammeFile:
    """The document that a file holds; `file` is its name as problems give it.

    Raises ProblemsFound with every fault that can be told from the file alone.
    """
    problems = Problems(file)
    node = read_nodes(data, problems)
    problems.raise_if_any()
    assert node is not None  # else there were problems
    reader = Reader(problems, language=_first_language(node), zone=_zone(node))
    document = reader.value(Record(ProgrammeFile), node, "")
    reader.check_references()
    if document is not FAILED:
        check(document, problems)
    problems.raise_if_any()
    assert isinstance(document, ProgrammeFile)  # else there were problems
    return document


def _programme(node: Node, key: str) -> Node | None:
    programme = node.get("programme") if isinstance(node, Entries) else None
    return programme.get(key) if isinstance(programme, Entries) else None


def _first_language(node: Node) -> str:
    """Texts come before it is known whether the list of languages is right."""
    found = _programme(node, "languages")
    if isinstance(found, Items) and found.nodes and isinstance(found.nodes[0], Scalar):
        try:
            return check_language(found.nodes[0].text)
        except UserError:
            pass
    return "en"


def _zone(node: Node) -> str:
    found = _programme(node, "zone")
    known = isinstance(found, Scalar) and found.text in agreed_zones()
    return found.text if known and isinstance(found, Scalar) else "UTC"
