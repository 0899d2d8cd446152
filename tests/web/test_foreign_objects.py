"""Nobody reaches what is not theirs: every route, with every foreign object, as every role.

Grows by itself with new routes. A route whose address has a parameter that is not in `FOREIGN`
fails until somebody says there what another's object looks like.
"""

import re
from collections.abc import Iterator
from itertools import cycle, islice, product
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError, MapAdapter, Rule

from mmp.models import Base, Document, DocumentFile, Feed, Person, SignInLink
from mmp.models.enums import EventStatus, MembershipRole, Strength
from mmp.services import feeds, sessions, sign_in as links
from tests.support.door import NOW, sign_in
from tests.support.factories import MADE_AT, Factory

HERE, THERE = "here", "there"
SECRET, FEED_SECRET = "a secret key for the tests alone", "a feed secret for the tests alone"

FOREIGN: dict[str, set[str]] = {
    "language": {"en"},
    "slug": {THERE, HERE, "nowhere"},
    "key": {"there-draft", "there-talk", "here-draft", "here-talk", "no-such-event"},
    "filename": {"secret.txt"},
    "token": {"nonsense-nonsense-nonsense"},
    "uuid": {"00000000-0000-4000-8000-000000000000"},
    "month": {"2026-10"},
    "rule": {"no-such-rule"},
    "purpose": {"no-such-purpose"},
}
"""What another's objects are called in addresses, by the parameter's name. Whatever is a UUID in a
rule stands for a row of each kind; for `token` addresses come to it that have ended."""

KEYS_OF = {HERE: HERE, THERE: THERE, "nowhere": "no-such"}
"""How the keys of a programme's objects begin."""

MANY = 5
"""Of a parameter with more, not each is combined with each of the others."""

ALLOWED = {
    "public": set(MembershipRole),
    "signed_in": set(MembershipRole),
    "planner": {MembershipRole.COORDINATOR, MembershipRole.ASSISTANT},
    "coordinator": {MembershipRole.COORDINATOR},
}
NO_OBJECT = {"language", "slug", "filename", "month"}
"""Parameters that name nothing which could belong to somebody; `slug` is looked at by itself."""
WITHOUT_OBJECT = {"static"}
"""Routes whose parameters name no object."""

OPEN_TO_ALL = {"pages.programme": {"slug"}, "pages.subscribe": {"slug"}, "feeds.feed": {"token"}}
"""Routes where a programme's slug alone shows what everybody may see."""

THEIRS_ALONE = frozenset({404, 403, 410})

pytestmark = pytest.mark.slow


@pytest.fixture
def app(fresh_app: Flask) -> Flask:
    app = fresh_app
    app.config["WTF_CSRF_ENABLED"] = False  # it must not be what keeps them out
    app.extensions["mmp.door"].limits.enabled = False
    # Thousands are refused here, and the whole page takes as long as all that leads to it.
    short = DictLoader({"errors/error.html": "{{ status }}"})
    assert app.jinja_env.loader is not None
    app.jinja_env.loader = ChoiceLoader([short, app.jinja_env.loader])
    return app


@pytest.fixture
def roles(session: Session) -> dict[str, Person]:
    """Two programmes alike, each with a draft, a talk, a document and a person of every role."""
    make = Factory(session)
    people: dict[str, Person] = {}
    for slug in (HERE, THERE):
        programme = make.programme(slug=slug)
        for role in MembershipRole:
            people[f"{slug} {role}"] = make.person(programme, role)
        make.event(programme, key=f"{slug}-draft", status=EventStatus.DRAFT)
        members = [make.person(programme), make.person(programme)]
        make.event(programme, key=f"{slug}-talk", pair=make.pair(programme, *members))
        document = Document(
            key="paper",
            title={"en": "Paper"},
            programme=programme,
            created_at=MADE_AT,
            changed_at=MADE_AT,
        )
        session.add(document)
        session.add(
            DocumentFile(
                document=document,
                language="en",
                filename="secret.txt",
                media_type="text/plain",
                size=1,
                sha256="0" * 64,
            )
        )
        for person in members:
            feed = feeds.default_feed(session, now=NOW, secret=FEED_SECRET, person=person)
            _, _ = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
            links.one_use_address(
                session, now=NOW, base_url="", secret=SECRET, person=person, lasts=links.LASTS
            )
            if person is members[1]:
                feeds.revoke_feed(session, now=NOW, feed=feed)
    for link in session.scalars(select(SignInLink)):
        link.used_at = NOW
    session.commit()
    return people


def foreign(session: Session) -> dict[str, set[str]]:
    """`FOREIGN` with the rows there are."""
    uuids = set(FOREIGN["uuid"])
    for mapper in Base.registry.mappers:
        if "uuid" in mapper.columns:  # the newest row of each kind: those of `there` come last
            column = mapper.columns["uuid"]
            newest = select(column).order_by(mapper.columns["id"].desc()).limit(1)
            uuids |= {str(uuid) for uuid in session.scalars(newest)}
    ended = session.scalars(select(Feed).where(Feed.revoked_at.is_not(None))).first()
    used = session.scalars(select(SignInLink)).first()
    assert ended is not None
    assert used is not None
    tokens = {
        feeds.token_of(FEED_SECRET, ended, "feed"),
        feeds.token_of(FEED_SECRET, ended, "page"),
        links.token_of(SECRET, used.uuid),
    }
    return FOREIGN | {"uuid": uuids, "token": FOREIGN["token"] | tokens}


def _addresses(
    rule: Rule, objects: dict[str, set[str]], *, inside: set[str] | None = None
) -> Iterator[dict[str, str]]:
    """What may stand in a rule's address. Who is refused by a guard, which reads no more than the
    slug, is so for any object: but in the programmes `inside`, those of a programme are enough."""
    names = sorted(rule.arguments)
    objects = dict.fromkeys(_uuids(rule), objects["uuid"]) | objects
    unknown = set(names) - set(objects)
    assert not unknown, (
        f"{rule.rule}: say in FOREIGN what another's {', '.join(unknown)} is called, "
        "so that this test can try to open it"
    )
    many = [name for name in names if len(objects[name]) > MANY]
    few = [name for name in names if name not in many]
    for values in product(*(sorted(objects[name]) for name in few)):
        found = dict(zip(few, values, strict=True))
        slug, key = found.get("slug", HERE), found.get("key", "here-draft")
        each = inside is None or slug in inside
        if not each and "key" in found and not key.startswith(KEYS_OF[slug]):
            continue
        if each and slug == HERE and key == "here-draft":
            # All that is one's own in the address is one's own: here each of the many is tried.
            rows = zip(*(cycle(sorted(objects[name])) for name in many), strict=True)
            most = max((len(objects[name]) for name in many), default=1)
        else:
            rows, most = zip(*([min(objects[name])] for name in many), strict=True), 1
        for row in islice(rows if many else iter([()]), most):
            yield found | dict(zip(many, row, strict=True))


def _uuids(rule: Rule) -> set[str]:
    """The parameters that are UUIDs."""
    return set(re.findall(r"<uuid:(\w+)>", rule.rule))


def _path(adapter: MapAdapter, rule: Rule, values: dict[str, str]) -> str | None:
    uuids = _uuids(rule)
    typed = {name: UUID(value) if name in uuids else value for name, value in values.items()}
    try:
        return adapter.build(rule.endpoint, typed)
    except BuildError:
        return None


def _tried(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_OBJECT and rule.arguments - (NO_OBJECT - {"slug"})
    ]


def _snapshot(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Everything there is but when somebody was last seen."""
    session.rollback()
    found: dict[str, list[tuple[object, ...]]] = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name != "seen_at"]
        found[table.name] = [tuple(row) for row in session.execute(select(*columns))]
    return found


def test_nobody_gets_past_a_guard(
    app: Flask, client: FlaskClient, session: Session, roles: dict[str, Person]
) -> None:
    """Without signing in every guarded route leads to the door, whatever its address names."""
    objects, adapter = foreign(session), app.url_map.bind("")
    before = _snapshot(session)
    for rule in app.url_map.iter_rules():
        if _guard(app, rule) == "public":
            continue
        for values in _addresses(rule, objects):
            path = _path(adapter, rule, values)
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                answer = client.open(path, method=method)
                assert answer.status_code == 302, f"{method} {path}"
                assert answer.location.startswith("/en/sign-in/"), f"{method} {path}"
    assert _snapshot(session) == before


def _guard(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "guard", "none"))


def _forbidden(app: Flask, rule: Rule, values: dict[str, str], who: str) -> bool:
    """Whether this is somebody else's for a person of `here` with that role."""
    guard = _guard(app, rule)
    if rule.endpoint in OPEN_TO_ALL and rule.arguments - {"language"} <= OPEN_TO_ALL[rule.endpoint]:
        return values.get("slug", "nowhere") == "nowhere"
    if values.get("slug") == HERE and MembershipRole(who) in ALLOWED[guard]:
        # Theirs to open; but not the talks of its pairs, nor what belongs elsewhere.
        objects = {name: value for name, value in values.items() if name not in NO_OBJECT}
        own_draft = MembershipRole(who) in ALLOWED["planner"] and objects == {"key": "here-draft"}
        return bool(objects) and not own_draft
    return True


def _inside(app: Flask, rule: Rule, who: MembershipRole, strength: Strength) -> set[str] | None:
    """The programmes in which a rule's guard lets somebody of `here` through, if not in all."""
    guard = _guard(app, rule)
    if guard not in ("planner", "coordinator"):
        return None
    return {HERE} if who in ALLOWED[guard] and strength is Strength.STRONG else set()


@pytest.mark.parametrize(
    ("who", "strength"),
    (
        *((role, Strength.STRONG) for role in MembershipRole),
        (MembershipRole.COORDINATOR, Strength.LINK),
    ),
)
def test_another_ones_objects_are_not_there(
    app: Flask,
    client: FlaskClient,
    session: Session,
    roles: dict[str, Person],
    who: MembershipRole,
    strength: Strength,
) -> None:
    objects, adapter = foreign(session), app.url_map.bind("")
    me = roles[f"{HERE} {who}"]
    mine = _own_uuids(session, me)
    sign_in(client, session, me, strength=strength)
    before = _snapshot(session)
    tried = 0
    for rule in _tried(app):
        for values in _addresses(rule, objects, inside=_inside(app, rule, who, strength)):
            if mine & set(values.values()) or not _forbidden(app, rule, values, who):
                continue
            path = _path(adapter, rule, values)
            if path is None:
                continue
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                answer = client.open(path, method=method)
                tried += 1
                proof = answer.status_code == 302 and "/account/proof/" in answer.location
                assert answer.status_code in THEIRS_ALONE or proof, (
                    f"{who} {method} {path}: {answer.status_code}"
                )
    assert tried > 50
    assert _snapshot(session) == before


def _own_uuids(session: Session, me: Person) -> set[str]:
    found = {str(me.uuid)}
    for mapper in Base.registry.mappers:
        if "uuid" in mapper.columns and "person_id" in mapper.columns:
            rows = select(mapper.columns["uuid"]).where(mapper.columns["person_id"] == me.id)
            found |= {str(uuid) for uuid in session.scalars(rows)}
    return found


def test_a_new_kind_of_parameter_must_be_explained(app: Flask, session: Session) -> None:
    rule = Rule("/en/rooms/<room>/", endpoint="rooms")
    app.url_map.add(rule)
    with pytest.raises(AssertionError, match="say in FOREIGN what another's room is called"):
        list(_addresses(rule, FOREIGN))
