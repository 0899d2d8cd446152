"""What mails are about survives JSON."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from mmp.core.mail import Link, Words, pack, unpack
from mmp.core.when import When

WHENS = (
    When.timed(datetime(2026, 9, 27, 14), datetime(2026, 9, 27, 16), "Asia/Amman"),
    When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman"),
    When.month(2026, 10, "Europe/Stockholm"),
    When.before(date(2026, 10, 1), "Europe/Stockholm"),
)


def there_and_back(value: Any) -> Any:
    return unpack(
        json.loads(json.dumps(pack(value))),
        link=lambda path, source: f"{path} by {source}",
        words=lambda text: text["en"],
    )


@pytest.mark.parametrize("when", WHENS)
def test_times_keep_their_kind(when: When) -> None:
    assert there_and_back({"old": when}) == {"old": when}


def test_everything_else() -> None:
    given = {
        "at": datetime(2026, 6, 19, 8, tzinfo=UTC),
        "day": date(2026, 6, 19),
        "many": [1, 2.5, None, True, "x", {"deep": [Words({"en": "Hello", "ar": "مرحبا"})]}],
        "plain": Link("/{language}/x/"),
        "secret": Link("/x/{token}/", ("sign-in", UUID(int=1))),
    }
    assert there_and_back(given) == given | {
        "many": [1, 2.5, None, True, "x", {"deep": ["Hello"]}],
        "plain": "/{language}/x/ by None",
        "secret": "/x/{token}/ by ('sign-in', '00000000-0000-0000-0000-000000000001')",
    }


@pytest.mark.parametrize(
    "value", (object(), datetime(2026, 6, 19), {1: 2}, {"$at": "x"}, b"octets", {"a": {1, 2}})
)
def test_what_cannot_come_back_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        pack(value)
