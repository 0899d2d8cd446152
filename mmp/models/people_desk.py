"""What coordinators do with people: tags, imports, two records made one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import ImportState

if TYPE_CHECKING:
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class PersonTag(Identified, Base):
    """A word that a programme's coordinators keep with a person, to find them by."""

    __table_args__ = (
        UniqueConstraint("programme_id", "person_id", "tag"),
        Index("ix_person_tag_person", "person_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(40))


class PersonMerge(Identified, Base):
    """A record that turned out to be of the same person as another: what pointed to it leads on."""

    __table_args__ = (UniqueConstraint("gone_uuid"), Index("ix_person_merge_into", "into_id"))

    gone_uuid: Mapped[UUID]
    gone_key: Mapped[str] = mapped_column(String(80))
    into_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    at: Mapped[datetime]
    undo: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), default=None, deferred=True
    )
    """What takes the two apart again, for a while; then it is forgotten."""

    into: Mapped[Person] = relationship()


class PeopleImport(Identified, Versioned, Base):
    """A table of people on its way in. The file lies in the instance's documents, by `sha256`.

    `columns` says which column is what, `mended` what was typed over cells (row -> column -> text),
    `decisions` what to do with likely doubles (row -> a person's uuid, "new" or "skip"). Once it is
    applied `made` holds what undoing takes back.
    """

    __table_args__ = (Index("ix_people_import_programme", "programme_id", "created_at"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    state: Mapped[ImportState] = mapped_column(default=ImportState.DRAFT)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    mended: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    decisions: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    done: Mapped[int] = mapped_column(default=0)
    """Rows written so far."""
    rows: Mapped[int] = mapped_column(default=0)
    made: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()
    actor: Mapped[Person | None] = relationship(default=None)
