"""A year with everything a public page can show, and everything it must not."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Break,
    Contribution,
    Delegation,
    Document,
    DocumentFile,
    Event,
    Feed,
    GuidingQuestion,
    Membership,
    Milestone,
    Organisation,
    OrganisationRole,
    Pair,
    PairMember,
    Person,
    Phase,
    Programme,
    Recommendation,
    Series,
    Theme,
)
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AttributionConsent,
    Audience,
    BreakKind,
    EventForm,
    EventStatus,
    MembershipRole,
    OrganisationRoleName,
    Precision,
)
from mmp.services import feeds

MADE = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
SECRET_LINK = "https://meet.example/never-on-a-public-page"
MENTOR, PARTNER, DISCREET = "Lina Haddad", "Erik Lund", "Salma Nour"


def texts(en: str, ar: str = "", fr: str = "") -> Translated:
    """A text in the languages given."""
    return {code: text for code, text in (("en", en), ("ar", ar), ("fr", fr)) if text}


def person(key: str, name: str, country: str = "SE", **more: Any) -> Person:
    """Someone with a made-up address."""
    more.setdefault("email", f"{key}@example.org")
    more.setdefault("zone", "Europe/Stockholm")
    return Person(key=key, name=name, country=country, created_at=MADE, changed_at=MADE, **more)


def event(programme: Programme, key: str, title: Translated, when: When, **more: Any) -> Event:
    """A published event, unless said otherwise."""
    span = when.span()
    more.setdefault("status", EventStatus.PUBLISHED)
    return Event(
        key=key,
        uid=f"{programme.slug}-{key}@example.org",
        title=title,
        precision=Precision(when.precision),
        zone=when.zone,
        starts_local=when.starts_local,
        ends_local=when.ends_local,
        first_day=when.first_day,
        last_day=when.last_day,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        tz_version=span.tz_version,
        created_at=MADE,
        changed_at=MADE,
        programme=programme,
        **more,
    )


def item(of: Event, key: str, kind: AgendaKind, title: Translated, **more: Any) -> AgendaItem:
    """An agenda item; `hours` is a pair of “HH:MM” on the first day of a timed event."""
    hours = more.pop("hours", None)
    day = more.pop("day", of.starts_local.date() if of.starts_local else of.first_day)
    if hours:
        starts, ends = (datetime.combine(day, time.fromisoformat(hour)) for hour in hours)
        span = When.timed(starts, ends, of.zone).span()
        more |= {
            "starts_local": starts,
            "ends_local": ends,
            "starts_at": span.starts_at,
            "ends_at": span.ends_at,
            "tz_version": span.tz_version,
        }
    more.setdefault("position", len(of.agenda))
    return AgendaItem(
        event=of,
        key=key,
        uid=f"{of.programme.slug}-{of.key}-{key}@example.org",
        kind=kind,
        title=title,
        created_at=MADE,
        changed_at=MADE,
        **more,
    )


def role(of: AgendaItem, name: AgendaRoleName, who: Person | Pair, **more: Any) -> None:
    """Put a person or a pair into a role of an item."""
    whom: dict[str, Any] = {"pair": who} if isinstance(who, Pair) else {"person": who}
    AgendaRole(agenda_item=of, role=name, position=len(of.roles), **whom, **more)


def whole_year(session: Session, documents: Path | None = None) -> Programme:
    """A programme that has something of everything. Commits."""
    programme = Programme(
        slug="year-2026",
        name=texts("Year of Mentors 2026", "عام الموجّهين 2026", "Année des mentors 2026"),
        summary=texts(
            "Mentors from two regions work in **pairs**.",
            "يعمل الموجّهون من منطقتين في **ثنائيات**.",
            "Des mentors de deux régions travaillent en **binômes**.",
        ),
        languages=["en", "ar", "fr"],
        zone="Europe/Stockholm",
        created_at=MADE,
        changed_at=MADE,
    )
    programme.phases += [
        Phase(
            key="pilot",
            position=1,
            name=texts("Pilot", "المرحلة التجريبية", "Phase pilote"),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 6, 30),
        ),
        Phase(
            key="main",
            position=2,
            name=texts("Main phase", "المرحلة الرئيسية", "Phase principale"),
            starts_on=date(2026, 7, 1),
        ),
    ]
    programme.breaks.append(
        Break(
            key="summer",
            kind=BreakKind.SUMMER,
            name=texts("Summer break", "العطلة الصيفية", "Pause d’été"),
            starts_on=date(2026, 7, 1),
            ends_on=date(2026, 8, 31),
        )
    )
    programme.milestones.append(
        Milestone(
            key="wishes",
            title=texts("Proposals for themes", "مقترحات المحاور", "Propositions de thèmes"),
            precision=Precision.MONTH,
            first_day=date(2026, 8, 1),
            last_day=date(2026, 8, 31),
        )
    )
    institute = Organisation(
        key="institute",
        name=texts("Example Institute", "معهد المثال", "Institut Exemple"),
        url="https://institute.example",
        created_at=MADE,
        changed_at=MADE,
    )
    programme.organisation_roles.append(
        OrganisationRole(role=OrganisationRoleName.HOST, organisation=institute)
    )
    session.add(programme)
    _events(session, programme, institute)
    # Building a row beside another tells neither the session.
    session.add_all([*programme.events, *programme.memberships])
    session.flush()
    _document(session, programme, documents)
    session.commit()
    return programme


def _people(session: Session, programme: Programme) -> dict[str, Person]:
    found = {
        "speaker": person("speaker", "Martha Gill", name_native="مارثا غيل"),
        "host": person("host", "Ann Holm"),
        "mentor": person("mentor", MENTOR, "JO", zone="Asia/Amman", locale="ar_JO"),
        "partner": person("partner", PARTNER, "SE"),
        "discreet": person("discreet", DISCREET, "EG", discreet=True),
    }
    session.add_all(found.values())
    for key in ("mentor", "partner", "discreet"):
        Membership(programme=programme, person=found[key], role=MembershipRole.MENTOR)
    return found


def _events(session: Session, programme: Programme, institute: Organisation) -> None:
    people = _people(session, programme)
    pair = Pair(
        key="one",
        programme=programme,
        starts_on=date(2026, 2, 1),
        created_at=MADE,
        changed_at=MADE,
    )
    for position, key in enumerate(("partner", "mentor")):
        PairMember(pair=pair, person=people[key], position=position)
    online = Series(
        key="online", name=texts("Online meetings", "اللقاءات الإلكترونية", "Réunions en ligne")
    )
    theme = Theme(
        key="lived",
        title=texts("Lived realities", "الواقع المَعيش", "Réalités vécues"),
    )
    programme.series.append(online)
    programme.themes.append(theme)
    first = event(
        programme,
        "stockholm",
        texts("First gathering", "اللقاء الأول", "Première rencontre"),
        When.before(date(2026, 6, 18), "Europe/Stockholm"),
        form=EventForm.IN_PERSON,
        city=texts("Stockholm", "ستوكهولم", "Stockholm"),
        country="SE",
    )
    june = event(
        programme,
        "june",
        texts("Migration and lived realities", "الهجرة والواقع المَعيش", "Migration et réalités"),
        When.timed(datetime(2026, 6, 18, 13), datetime(2026, 6, 18, 15, 30), "Europe/Stockholm"),
        form=EventForm.ONLINE,
        series=online,
        number=4,
        theme=theme,
        join_link=SECRET_LINK,
        contact=people["host"],
        description=texts("Before the *summer* <b>break</b>."),
    )
    june.predecessors.append(first)
    june.guiding_questions.append(
        GuidingQuestion(position=0, text=texts("What do we owe each other?"))
    )
    june.organisation_roles.append(
        OrganisationRole(role=OrganisationRoleName.DONOR, organisation=institute)
    )
    Delegation(key="jo", event=june, country="JO", seats=3)
    Delegation(key="inst", event=june, organisation=institute, position=1)
    _agenda(june, people, pair)
    event(
        programme,
        "amman",
        texts("Second gathering", "اللقاء الثاني", "Deuxième rencontre"),
        When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman"),
        form=EventForm.HYBRID,
        city=texts("Amman", "عمّان", "Amman"),
        country="JO",
    )
    event(
        programme,
        "october",
        texts("Online meeting", "لقاء إلكتروني", "Réunion en ligne"),
        When.month(2026, 10, "Europe/Stockholm"),
        form=EventForm.ONLINE,
        series=online,
        number=5,
    )
    event(
        programme,
        "called-off",
        texts("Workshop", "ورشة عمل", "Atelier"),
        When.days(date(2026, 11, 3), date(2026, 11, 3), "Europe/Stockholm"),
        status=EventStatus.CANCELLED,
        cancelled_at=MADE,
        sequence=1,
    )
    event(
        programme,
        "december",
        texts("Last meeting", "اللقاء الأخير", "Dernière réunion"),
        When.timed(datetime(2026, 12, 2, 14), datetime(2026, 12, 2, 15), "Europe/Stockholm"),
        form=EventForm.ONLINE,
    )
    event(
        programme,
        "draft",
        texts("Not decided yet"),
        When.month(2026, 12, "Europe/Stockholm"),
        status=EventStatus.DRAFT,
        series=online,
        number=6,
    )
    event(
        programme,
        "talk",
        texts("Talk of a pair"),
        When.timed(datetime(2026, 7, 1, 17), datetime(2026, 7, 1, 18), "Asia/Amman"),
        pair=pair,
    )


def _agenda(june: Event, people: dict[str, Person], pair: Pair) -> None:
    opening = item(
        june,
        "opening",
        AgendaKind.OPENING,
        texts("Opening", "الافتتاح", "Ouverture"),
        hours=("13:00", "13:15"),
        join_link=SECRET_LINK,
    )
    role(opening, AgendaRoleName.HOST, people["host"], introduced_as=texts("Director"))
    activity = item(
        june,
        "activity",
        AgendaKind.ACTIVITY,
        texts("Reflections of pairs", "تأملات الثنائيات", "Réflexions de binômes"),
        hours=("13:15", "13:45"),
    )
    role(activity, AgendaRoleName.PRESENTER, pair)
    role(activity, AgendaRoleName.RAPPORTEUR, people["mentor"])
    for consent, said in (
        (AttributionConsent.NAMED, "Shared as a pair."),
        (AttributionConsent.UNATTRIBUTED, "Shared by no one in particular."),
    ):
        Contribution(agenda_item=activity, pair=pair, text=texts(said), consent=consent)
    panel = item(
        june,
        "panel",
        AgendaKind.PANEL,
        texts("Experts", "الخبراء", "Experts"),
        hours=("13:45", "14:30"),
    )
    role(panel, AgendaRoleName.SPEAKER, people["speaker"], introduced_as=texts("Practitioner"))
    role(
        panel,
        AgendaRoleName.SPEAKER,
        people["discreet"],
        introduced_as=texts("Known to few"),
    )
    for consent, said in (
        (AttributionConsent.NAMED, "Said with a name."),
        (AttributionConsent.UNATTRIBUTED, "Said without a name."),
        (AttributionConsent.NO, "Never to be shown."),
    ):
        Contribution(agenda_item=panel, person=people["speaker"], text=texts(said), consent=consent)
    Recommendation(
        agenda_item=panel,
        key="listen",
        title=texts("Listen first"),
        text=texts("Ask before you plan."),
        references=[{"framework": "Global Compact for Migration", "objective": "21"}],
    )
    groups = item(
        june,
        "groups",
        AgendaKind.BREAK_OUT,
        texts("In small groups", "في مجموعات صغيرة", "En petits groupes"),
        hours=("14:30", "15:15"),
    )
    for number in (1, 2):
        item(
            june,
            f"group-{number}",
            AgendaKind.BREAK_OUT,
            texts(f"Tension {number}", f"التوتر {number}"),
            hours=("14:30", "15:15"),
            parent=groups,
            room=texts(f"Room {number}", f"القاعة {number}"),
        )
    item(
        june,
        "briefing",
        AgendaKind.OTHER,
        texts("Briefing for speakers alone"),
        hours=("12:30", "13:00"),
        audience=Audience.IN_ROLE,
    )


def _document(session: Session, programme: Programme, documents: Path | None) -> None:
    for public in (True, False):
        octets = f"A document, {public}".encode()
        document = Document(
            key=f"report-{public}".lower(),
            programme=programme,
            event=next(row for row in programme.events if row.key == "june"),
            title=texts("Report" if public else "Kept inside"),
            public=public,
            created_at=MADE,
            changed_at=MADE,
        )
        DocumentFile(
            document=document,
            language="ar",
            filename="تقرير.pdf",
            media_type="application/pdf",
            size=len(octets),
            sha256=sha256(octets).hexdigest(),
        )
        session.add(document)
        if documents:
            documents.mkdir(parents=True, exist_ok=True)
            (documents / sha256(octets).hexdigest()).write_bytes(octets)


def many_events(session: Session, count: int) -> Programme:
    """A programme of `count` events, each with as many agenda items, roles and more."""
    programme = Programme(
        slug=f"many-{count}",
        name=texts("Many"),
        zone="Europe/Stockholm",
        created_at=MADE,
        changed_at=MADE,
    )
    session.add(programme)
    start = datetime(2026, 3, 2, 9)
    series = Series(key="all", name=texts("All"))
    programme.series.append(series)
    for number in range(count):
        starts = start + timedelta(days=number)
        row = event(
            programme,
            f"event-{number}",
            texts(f"Event {number}"),
            When.timed(starts, starts + timedelta(hours=2), "Europe/Stockholm"),
            series=series,
            number=number + 1,
        )
        if number == 0:
            _fill(session, programme, row, count)
    session.add_all(programme.events)
    session.commit()
    return programme


def _fill(session: Session, programme: Programme, row: Event, count: int) -> None:
    for number in range(count):
        one, other = (person(f"p{count}-{number}{side}", f"Person {number}{side}") for side in "ab")
        session.add_all([one, other])
        pair = Pair(
            key=f"pair-{number}",
            programme=programme,
            starts_on=date(2026, 1, 1),
            created_at=MADE,
            changed_at=MADE,
        )
        PairMember(pair=pair, person=one)
        PairMember(pair=pair, person=other)
        part = item(row, f"item-{number}", AgendaKind.TALK, texts(f"Item {number}"))
        role(part, AgendaRoleName.SPEAKER, one)
        role(part, AgendaRoleName.PRESENTER, pair)
        part.guiding_questions.append(GuidingQuestion(position=0, text=texts("Why?")))
        Contribution(
            agenda_item=part, pair=pair, text=texts("Said."), consent=AttributionConsent.NAMED
        )
        body = Organisation(
            key=f"body-{count}-{number}",
            name=texts(f"Body {number}"),
            created_at=MADE,
            changed_at=MADE,
        )
        row.organisation_roles.append(
            OrganisationRole(role=OrganisationRoleName.DONOR, organisation=body)
        )
        Delegation(key=f"d{number}", event=row, organisation=body)
        programme.phases.append(Phase(key=f"f{number}", position=number, name=texts("Phase")))


def own_feed(session: Session, who: Person, secret: str, name: str = "My phone") -> Feed:
    """A feed of someone's own. Commits."""
    feed = feeds.add_feed(session, now=MADE, secret=secret, person=who, name=name)
    session.commit()
    return feed


def mentor(session: Session) -> Person:
    """The mentor of `whole_year` whose name no public page tells."""
    return session.scalars(select(Person).where(Person.key == "mentor")).one()
