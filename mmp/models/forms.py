"""One model for wishes, polls, registration and surveys: forms, questions, responses, answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned
from mmp.models.enums import FormKind, QuestionKind

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.people import Person


class Form(Identified, Versioned, Keyed, Base):
    """Questions put to people of a programme, possibly about one event."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    kind: Mapped[FormKind]
    title: Mapped[Translated]
    introduction: Mapped[Translated] = mapped_column(default_factory=dict)
    anonymous: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[datetime | None] = mapped_column(default=None)
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    event: Mapped[Event | None] = relationship(default=None)
    questions: Mapped[list[Question]] = relationship(
        default_factory=list, init=False, order_by="Question.position", cascade="all, delete-orphan"
    )
    responses: Mapped[list[Response]] = relationship(
        default_factory=list, init=False, order_by="Response.id", cascade="all, delete-orphan"
    )


class Question(Identified, Keyed, Base):
    """One question. `options` holds `{"key": ..., "text": Translated}` for choices."""

    __table_args__ = (UniqueConstraint("form_id", "key"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id", ondelete="CASCADE"), init=False)
    position: Mapped[int]
    kind: Mapped[QuestionKind]
    text: Mapped[Translated]
    required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)


class Response(Identified, Versioned, Base):
    """One filled-in form. An anonymous one carries no person."""

    __table_args__ = (
        UniqueConstraint("form_id", "person_id"),
        Index("ix_response_person", "person_id"),
    )

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id", ondelete="CASCADE"), init=False)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, default=None
    )
    submitted_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(default=None)
    answers: Mapped[list[Answer]] = relationship(
        default_factory=list, init=False, order_by="Answer.id", cascade="all, delete-orphan"
    )


class Answer(Identified, Base):
    """One answer to one question, as JSON of the question's kind."""

    __table_args__ = (UniqueConstraint("response_id", "question_id"),)

    response_id: Mapped[int] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), init=False
    )
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), init=False, index=True
    )
    value: Mapped[Any] = mapped_column(JSON)

    question: Mapped[Question] = relationship()
