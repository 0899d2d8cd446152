"""Shares that add up, whoever said nothing."""

from hypothesis import given, strategies

from mmp.core.balance import MOST, NOT_STATED, OTHERS, Trait, Traits, parts


def test_most_frequent_first_and_silent_last() -> None:
    people = [Traits(country=code) for code in ("SE", "JO", "SE", "", "", "")]
    found = [(part.value, part.count, part.percent) for part in parts(people, Trait.COUNTRY)]
    assert found == [("SE", 2, 33), ("JO", 1, 17), (NOT_STATED, 3, 50)]
    assert parts([], Trait.REGION) == []


@given(strategies.lists(strategies.sampled_from(["", *"abcdefghijklmn"]), min_size=1))
def test_parts_are_the_whole(values: list[str]) -> None:
    found = parts([Traits(group=value) for value in values], Trait.GROUP)
    assert sum(part.count for part in found) == len(values)
    assert sum(part.percent for part in found) == 100
    assert len([part for part in found if part.value != NOT_STATED]) <= MOST
    assert [part.value for part in found].count(OTHERS) <= 1
