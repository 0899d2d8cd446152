"""A round of matching: wishes, runs, choices, publishing, and people who go."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Site, token
from mmp.models import Answer, Mail, Matching, OptOut, Pair, Person, Response
from mmp.models.enums import ConsentPurpose, MembershipRole, Region, Strength
from mmp.services import consents, matching as service, permissions, privacy, sessions
from mmp.services.matching import FIRST, SECOND, Impossible
from mmp.services.matching.people import check_sides
from mmp.services.outbox.contents import rendered_mail
from mmp.services.people import merging
from mmp.services.signs_of_life import SILENT
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
SECRET = "s" * 32
NOBODY: Mapping[str, int] = {}


class Table:
    """A coordinator's round of so many people on either side."""

    def __init__(self, session: Session, first: int = 3, second: int = 3) -> None:
        self.session, self.make = session, Factory(session)
        self.programme = self.make.programme(slug="year")
        self.actor = self.sign_in(
            self.make.person(self.programme, MembershipRole.COORDINATOR, name="Kerstin")
        )
        self.first = [self.person(f"Erik {n}", Region.EUROPE, "SE") for n in range(first)]
        self.second = [self.person(f"Lina {n}", Region.MENA, "JO") for n in range(second)]

    def person(self, name: str, region: Region, country: str) -> Person:
        return self.make.person(
            self.programme, name=name, region=region, country=country, languages=["en"]
        )

    def sign_in(self, person: Person) -> permissions.Actor:
        _, carried = sessions.start(
            self.session, now=NOW, person=person, strength=Strength.STRONG, confirmed=True
        )
        return permissions.actor_of(self.session, now=NOW, token=carried)

    def begin(self, uuid: UUID | None = None, strangers: Mapping[str, int] = NOBODY) -> Matching:
        chosen = {f"{one.uuid}": FIRST for one in self.first}
        chosen |= {f"{one.uuid}": SECOND for one in self.second} | dict(strangers)
        self.row = service.begin(
            self.session,
            **self.common,
            programme=self.programme,
            uuid=uuid or uuid4(),
            sides=chosen,
        )
        return self.row

    @property
    def common(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": NOW}

    def ask(self, until: datetime = NOW + timedelta(days=9)) -> int:
        return service.open_wishes(
            self.session,
            **self.common,
            row=self.row,
            version=self.row.version,
            closes_at=until,
            interests=[{"en": "Return", "fr": "Retour"}, {"en": "Youth"}],
            ask=uuid4(),
        )

    def wish(self, person: Person, version: int = 0, **answers: Any) -> bool:
        assert self.row.form is not None
        asked = service.asked_here(self.session, self.sign_in(person), form=self.row.form.uuid)
        return service.record(
            self.session,
            now=NOW,
            asked=asked,
            version=version,
            answers={name: _uuids(value) for name, value in answers.items()},
            languages=["en"],
        )

    def run(self, *, rest: bool = False) -> str:
        """Ask for a run and let it be worked out; gives why it failed."""
        service.ask_run(
            self.session, **self.common, row=self.row, version=self.row.version, rest=rest
        )
        work = service.claim(self.session, beat=100.0)
        assert work is not None
        try:
            draft = service.compute(self.session, work, now=NOW, tell=lambda done, of: None)
            assert draft is not None
            service.finish(self.session, work, now=NOW, draft=draft)
        except Impossible as why:
            service.fail(self.session, work, why=why)
        self.session.expire_all()
        return str(self.row.settings.get("run", {}).get("why", ""))

    def choose(self, what: str, one: Person, other: Person, version: int | None = None) -> None:
        service.choose(
            self.session,
            **self.common,
            row=self.row,
            version=version or self.row.version,
            what=what,
            one=f"{one.uuid}",
            other=f"{other.uuid}",
        )

    def publish(self, version: int | None = None) -> int:
        return len(
            service.publish(
                self.session,
                **self.common,
                row=self.row,
                version=version or self.row.version,
                starts_on=date(2026, 6, 20),
            )
        )

    def partners(self, person: Person) -> list[str]:
        names = {f"{one.uuid}": one.name for one in (*self.first, *self.second)}
        return sorted(
            names[other]
            for pair in self.row.draft["pairs"]
            if f"{person.uuid}" in pair
            for other in pair
            if other != f"{person.uuid}"
        )

    def mails(self, kind: str) -> list[Mail]:
        return list(
            self.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.person_id))
        )


def _uuids(value: Any) -> Any:
    return [f"{one.uuid}" for one in value] if value and isinstance(value[0], Person) else value


@pytest.fixture
def table(session: Session) -> Table:
    return Table(session)


def test_wishes_decide_and_the_unwanted_are_never_paired(table: Table) -> None:
    (erik, other, _third), (lina, rana, zain) = table.first, table.second
    table.begin()
    assert table.ask() == 6
    assert table.ask() == 0, "everybody was asked already"
    table.wish(erik, wished=[zain, lina])
    table.wish(zain, wished=[erik])
    table.wish(other, unwanted=[lina])
    assert not table.wish(erik, wished=[zain, lina]), "the same once more"
    assert table.run() == ""
    assert table.partners(erik) == [zain.name]
    assert table.partners(other) == [rana.name]
    seen = service.review(table.session, table.row, now=NOW)
    best = next(found for group in seen.pairs for found in group if found.first is erik)
    codes = [part.code for part in best.score.parts]
    assert codes[:2] == ["wished_by_first", "wished_by_second"]
    following = best.others[erik.id][0]
    assert (following.person, following.change < 0) == (lina, True)


def test_whom_one_may_wish_for(table: Table) -> None:
    lina, rana, zain = table.second
    lina.discreet = True
    said: dict[str, Any] = {"actor": rana, "person": rana, "purpose": ConsentPurpose.LISTED}
    consents.say(table.session, now=NOW, **said, given=False)
    table.begin()
    table.ask()
    assert table.row.form is not None
    erik = table.first[0]
    asked = service.asked_here(table.session, table.sign_in(erik), form=table.row.form.uuid)
    assert list(service.offered_people(table.session, asked)) == [zain]
    table.wish(erik, wished=[lina, zain, table.first[1]])
    value = table.session.scalars(select(Answer).join(Response)).all()
    assert [f"{zain.uuid}"] in [one.value for one in value]
    with pytest.raises(UserError, match="take them out of one"):
        table.wish(erik, 1, wished=[zain], unwanted=[zain])
    with pytest.raises(StaleEdit):
        table.wish(erik, 7, interests=["i1"])


def test_the_link_of_a_mail_is_its_readers_alone_and_ends(table: Table) -> None:
    table.begin()
    table.ask()
    form, erik = table.row.form, table.first[0]
    assert form is not None
    common: dict[str, Any] = {"secret": SECRET, "form": form.uuid}
    given = token(SECRET, *service.token_source(form.uuid, erik.uuid))
    asked = service.asked_by_mail(table.session, **common, person=erik.uuid, given=given)
    assert asked is not None
    assert asked.person is erik
    with pytest.raises(NotFound):
        service.asked_by_mail(table.session, **common, person=table.first[1].uuid, given=given)
    assert asked.is_open(NOW)
    assert not asked.is_open(NOW + timedelta(days=9))
    with pytest.raises(UserError, match="not taken any more"):
        service.record(
            table.session,
            now=NOW + timedelta(days=10),
            asked=asked,
            version=0,
            answers={"interests": ["i1"]},
            languages=[],
        )


def test_a_discreet_reader_is_asked_without_a_word(table: Table) -> None:
    hidden = table.second[0]
    hidden.discreet = True
    table.session.add(
        OptOut(person_id=table.first[1].id, programme_id=table.programme.id, since=NOW)
    )
    table.begin()
    table.ask()
    table.wish(table.first[0], interests=["i1"])
    assert len(table.mails("wishes_asked")) == 6
    again = uuid4()
    sent = [
        service.remind(table.session, **table.common, row=table.row, ask=again) for _ in range(2)
    ]
    assert sent == [4, 0], "not to who answered, nor to who wants no reminders, and once"
    site = Site("https://mmp.example.org", secret=SECRET)
    texts = {
        mail.person_id: rendered_mail(table.session, mail, site=site).text
        for mail in table.mails("wishes_asked")
    }
    assert "Programme" not in texts[hidden.id]
    assert f"/wishes/{table.row.form and table.row.form.uuid}/\n" in texts[hidden.id] + "\n"
    assert "Programme 1" in texts[table.first[1].id]


def test_choices_change_places_and_lose_nothing(table: Table) -> None:
    erik = table.first[0]
    table.begin()
    table.run()
    version = table.row.version
    mine, wanted = (
        table.partners(erik)[0],
        next(one for one in table.second if one.name not in table.partners(erik)),
    )
    theirs = table.partners(wanted)[0]
    table.choose("take", erik, wanted)
    assert table.partners(erik) == [wanted.name]
    left = next(one for one in table.first if one.name == theirs)
    assert table.partners(left) == [mine], "who lost a partner has the other's"
    with pytest.raises(StaleEdit):
        table.choose("exclude", erik, wanted, version)
    table.choose("take", erik, wanted, version)  # is so already: nobody is told off
    table.choose("exclude", left, next(one for one in table.second if one.name == mine))
    assert table.partners(left) == []
    assert table.run(rest=True) == "rest", "only they are left, and must not be paired"
    table.choose("release", *_found(table, table.first, (erik, left)))
    kept = table.partners(erik)
    assert table.run(rest=True) == ""
    assert table.partners(erik) == kept, "the others are left in peace"
    assert table.partners(left) != [mine]


def _found(table: Table, people: list[Person], but: tuple[Person, ...]) -> tuple[Person, Person]:
    one = next(person for person in people if person not in but and table.partners(person))
    return one, next(other for other in table.second if [other.name] == table.partners(one))


def test_a_trio_of_an_odd_number_is_published_as_one(session: Session) -> None:
    table = Table(session, 3, 2)
    table.begin()
    assert table.run() == ""
    assert len(table.row.draft["pairs"]) == 3
    assert table.publish() == 2
    sizes = sorted(len(pair.members) for pair in session.scalars(select(Pair)))
    assert sizes == [2, 3]
    assert len(table.mails("pair_introduced")) == 5
    assert table.publish() == 0, "pressed twice is once"


def test_introductions_say_how_to_reach_each_other_but_not_of_the_discreet(table: Table) -> None:
    hidden = table.second[0]
    hidden.discreet = True
    table.begin()
    table.run()
    table.publish()
    site = Site("https://mmp.example.org", secret=SECRET)
    mails = {mail.person_id: mail for mail in table.mails("pair_introduced")}
    texts = {
        number: rendered_mail(table.session, mail, site=site).text for number, mail in mails.items()
    }
    partner = next(one for one in table.first if table.partners(one) == [hidden.name])
    for person in (hidden, partner):
        for word in (hidden.name, partner.name, "Programme 1"):
            assert word not in texts[person.id].replace(f"Hello {person.name}", "")
    open_ = next(one for one in table.first if one is not partner)
    other = next(one for one in table.second if [one.name] == table.partners(open_))
    for word in (other.name, other.email or "", "10:00"):
        assert word in texts[open_.id]


def test_nothing_is_published_while_somebody_is_in_another_pair(table: Table) -> None:
    table.begin()
    table.run()
    table.make.pair(table.programme, table.first[0], table.make.person(table.programme))
    with pytest.raises(UserError, match=r"in another pair by now.*Erik 0"):
        table.publish()
    assert len(table.session.scalars(select(Pair)).all()) == 1
    assert table.mails("pair_introduced") == []


def test_partners_of_before_do_not_meet_again_unless_said_so(session: Session) -> None:
    table = Table(session, 1, 1)
    table.make.pair(table.programme, *table.first, *table.second, ends_on=date(2026, 3, 1))
    table.begin()
    assert table.run() == "nobody_for"
    assert table.row.settings["run"]["who"]
    service.change_weights(
        session,
        **table.common,
        row=table.row,
        version=table.row.version,
        preset="balanced",
        weights=None,
        fairest=True,
        again=True,
    )
    assert table.run() == ""
    assert table.publish() == 1


@pytest.mark.parametrize(
    ("sizes", "why"),
    (((2, 0), "empty_side"), ((5, 2), "sides")),
)
def test_what_no_run_could_mend_is_said_at_once(
    session: Session, sizes: tuple[int, int], why: str
) -> None:
    table = Table(session, *sizes)
    table.begin()
    with pytest.raises(Impossible) as found:
        table.run()
    assert found.value.why == why
    assert service.claim(session, beat=100.0) is None


def test_nobody_and_strangers_are_refused(session: Session) -> None:
    table = Table(session, 0, 0)
    with pytest.raises(UserError, match="at least two people"):
        table.begin()
    stranger = {f"{uuid4()}": side for side in (FIRST, SECOND)}
    with pytest.raises(UserError, match="2 of those chosen are no mentors"):
        table.begin(strangers=stranger)
    crowd = {f"{number}": FIRST for number in range(5_000)}
    with pytest.raises(UserError, match="At most 1000 people fit on a side, and one has 5000"):
        check_sides(crowd, dict.fromkeys(crowd, table.make.person()))


def test_a_round_begun_twice_is_one(table: Table) -> None:
    uuid = uuid4()
    assert table.begin(uuid) is table.begin(uuid)


def test_weights_that_are_none_are_told_one_by_one() -> None:
    typed = {"wishes": "NaN", "interests": "-1", "languages": "٦٠", "sector": "1e99"}
    with pytest.raises(service.WrongWeights) as found:
        service.weights_from(typed | {"hours": "2,5", "seniority": "0"})
    assert found.value.faults == {"wishes", "interests", "sector"}


def test_who_changes_a_round_ends_its_run(table: Table) -> None:
    table.begin()
    service.ask_run(
        table.session, **table.common, row=table.row, version=table.row.version, rest=False
    )
    work = service.claim(table.session, beat=100.0)
    assert work is not None
    assert service.claim(table.session, beat=100.0) is None, "somebody is at it"
    assert service.progress(table.session, work, beat=101.0, done=1, of=4)
    table.session.expire_all()
    assert table.row.settings["run"]["done"] == 1
    service.stop(table.session, now=NOW, row=table.row)
    assert not service.progress(table.session, work, beat=101.0, done=2, of=4)
    assert not service.finish(table.session, work, now=NOW, draft={"pairs": []})
    service.ask_run(
        table.session, **table.common, row=table.row, version=table.row.version, rest=False
    )
    service.claim(table.session, beat=100.0)
    later = service.claim(table.session, beat=100.0 + SILENT + 1)
    assert later is not None, "its worker is dead"
    assert service.wait_again(table.session, later)
    assert service.claim(table.session, beat=100.0 + SILENT + 1), "its worker was stopped"


def _all_of(table: Table) -> str:
    """The round and the wishes, as they are kept."""
    table.session.flush()
    table.session.refresh(table.row)
    answers = table.session.scalars(select(Answer.value)).all()
    return repr((table.row.candidates, table.row.settings, table.row.draft, answers))


def test_who_is_erased_or_joined_is_followed(table: Table) -> None:
    (erik, *_others), (lina, rana, zain) = table.first, table.second
    table.begin()
    table.ask()
    table.wish(erik, wished=[lina, rana], unwanted=[zain])
    table.wish(lina, wished=[erik])
    table.run()
    table.choose("pin", *_found(table, table.first, ()))
    twin = table.make.person(table.programme, name="Rana Again", region=Region.MENA)
    merging.join_people(
        table.session, actor=table.actor, now=NOW, programme=table.programme, gone=rana, kept=twin
    )
    assert f"{rana.uuid}" not in _all_of(table)
    (merge,) = merging.joinings_of(table.session, now=NOW, person=twin)
    rana = merging.take_apart(
        table.session, actor=table.actor, now=NOW, programme=table.programme, merge=merge
    )
    assert f"{twin.uuid}" not in _all_of(table), "it is Rana's round again"
    merging.join_people(
        table.session, actor=table.actor, now=NOW, programme=table.programme, gone=rana, kept=twin
    )
    privacy.erase(table.session, now=NOW, actor=None, person=lina)
    table.session.flush()
    everything = _all_of(table)
    assert f"{twin.uuid}" in everything
    assert f"{lina.uuid}" not in everything
    assert len(table.row.candidates) == 5
    seen = service.review(table.session, table.row, now=NOW)
    assert (
        all(len(line) == 2 for line in table.row.draft["scores"])
        or len(table.row.draft["scores"]) == 2
    )
    assert sum(len(group) for group in seen.pairs) == 2
