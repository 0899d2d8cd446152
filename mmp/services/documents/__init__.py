"""The documents of an event or of a programme as such: kept, replaced, taken away and put back, and
who may read them."""

from mmp.services.documents.keeping import (
    Upload,
    add_document,
    change_document,
    remove_document,
    restore_document,
)
from mmp.services.documents.reading import (
    Owner,
    document_of,
    documents_of,
    own_documents,
    readable_file,
)

__all__ = [
    "Owner",
    "Upload",
    "add_document",
    "change_document",
    "document_of",
    "documents_of",
    "own_documents",
    "readable_file",
    "remove_document",
    "restore_document",
]
