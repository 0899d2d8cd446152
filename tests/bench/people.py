"""An import of 10,000 people: CPU beside reading the file and inserting its rows unchecked, and
memory beside an import of 1,000."""

import io
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mmp.adapters.database import db
from mmp.models import Person
from mmp.models.enums import MembershipRole, Strength
from mmp.services import people_import, permissions, sessions
from tests.bench.instances import instance
from tests.bench.report import Figure
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
MANY, FEW = 10_000, 1_000
TIMES = 3
MOST_TIMES, MOST_GROWTH = 3, 50
HEADER = ("name", "email", "country", "organisation", "position", "sector", "gender", "languages")
_FIRST = "Lina Omar Nadia Karim Sara Erik Astrid Johan Salma Youssef Elin Hugo Rana Tarek Ines Paul"
_LAST = "Haddad Saleh Lind Berg Nasser Alaoui Moreau Dubois Holm Nyberg Khoury Mansour Vogel Costa"
_SYLLABLES = [
    first + vowel for first in "bdfghklmnrstvz" for vowel in ("a", "e", "i", "o", "ar", "en")
]
_COUNTRIES = ("Jordan", "Sweden", "France", "Tunisia", "Morocco", "Lebanon")
_SECTORS = ("academia", "ngo", "government", "media")


def measure() -> Iterator[Figure]:
    """Each in a process of its own, in turn, so that both meet the same noise."""
    with TemporaryDirectory() as folder:
        files = {count: _workbook(Path(folder) / f"{count}.xlsx", count) for count in (FEW, MANY)}
        ratios = []
        for _ in range(TIMES):
            ours, bare = _run("ours", files[MANY]), _run("bare", files[MANY])
            ratios.append(ours["cpu"] / bare["cpu"])
        few, many = _run("ours", files[FEW]), _run("ours", files[MANY])
    name = f"import of {MANY:,} people from XLSX, checked, matched and saved"
    yield Figure(f"{name}, times tablib and a bulk insert", statistics.median(ratios), MOST_TIMES)
    growth = many["memory"] - few["memory"]
    yield Figure(f"{name}, MB more than {FEW:,} people take", growth, MOST_GROWTH)


def _run(how: str, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.people", how, str(file)]
    out = subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout
    found: dict[str, float] = json.loads(out)
    return found


def _workbook(path: Path, count: int) -> Path:
    openpyxl: Any = import_module("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for number in range(count):
        sheet.append(_row(number))
    book.save(path)
    return path


def _row(number: int) -> list[str]:
    """Names as different as those of people are."""
    first, last, chance = _FIRST.split(), _LAST.split(), Random(number)
    family = "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4)))).capitalize()
    return [
        f"{chance.choice(first)} {chance.choice(last)} {family}",
        f"guest{number}@example.org",
        _COUNTRIES[number % len(_COUNTRIES)],
        f"Institute {number % 300}",
        "Researcher",
        _SECTORS[number % len(_SECTORS)],
        "woman" if number % 2 else "man",
        "ar, en" if number % 3 else "fr",
    ]


def _ours(session: Session, file: Path, store: Path) -> None:
    """All steps of the browser, with everybody decided as somebody new."""
    make = Factory(session)
    programme = make.programme(slug="here")
    me = make.person(programme, MembershipRole.COORDINATOR, name="Kerstin Quist")
    _, token = sessions.start(session, now=NOW, person=me, strength=Strength.STRONG)
    session.commit()
    actor = permissions.actor_of(session, now=NOW, token=token)
    common: dict[str, Any] = {"actor": actor, "now": NOW, "programme": programme}
    draft = people_import.begin(
        session,
        **common,
        uuid=uuid4(),
        filename=file.name,
        data=file.read_bytes(),
        store=store,
    )
    seen = people_import.review(session, actor, programme, draft, store)
    if seen.open:
        people_import.decide_new(session, now=NOW, draft=draft, rows=seen.open)
        seen = people_import.review(session, actor, programme, draft, store)
    people_import.start(session, actor=me, now=NOW, draft=draft, version=draft.version, seen=seen)
    session.commit()
    while people_import.carry_on(session, now=NOW, number=draft.id, store=store):
        session.commit()
    session.commit()


def _bare(session: Session, file: Path) -> None:
    """The same file by tablib, its rows into the table as they are."""
    tablib: Any = import_module("tablib")
    table = tablib.Dataset().load(io.BytesIO(file.read_bytes()), format="xlsx")
    usual = {"zone": "Europe/Stockholm", "languages": [], "version": 1}
    usual |= {"created_at": NOW, "changed_at": NOW}
    rows = [
        usual
        | {"uuid": uuid4(), "key": f"person-{number}", "name": row["name"], "email": row["email"]}
        | {"position": {"en": row["position"]}}
        for number, row in enumerate(table.dict)
    ]
    session.execute(insert(Person), rows)
    session.commit()


def main(how: str, file: str) -> None:
    """One run; prints its CPU in seconds and the most memory it had, in MB."""
    with instance() as (app, environ), app.app_context():
        session = db.session()
        before = _cpu()
        if how == "ours":
            _ours(session, Path(file), Path(environ["MMP_INSTANCE"]) / "documents")
        else:
            _bare(session, Path(file))
        cpu = _cpu() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "memory": memory}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
