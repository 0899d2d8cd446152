"""Who may be the same person: slips, spellings, two scripts, and who is somebody else."""

import pytest

from mmp.core.doubles import Finder, Identity, Why, alike, jaro_winkler, skeleton, slips


def why(one: str, other: str) -> Why | None:
    found = alike(Identity(1, one), Identity(2, other))
    return found.why if found else None


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    (
        ("Maria Pettilo", "Maria Petillo", Why.SPELLING),
        ("Lina Haddad", "Haddad, Lina", Why.SAME_NAME),
        ("Dr. Lina Haddad", "lina haddad", Why.SAME_NAME),
        ("Jérôme Lefèvre", "Jerome Lefevre", Why.SAME_NAME),
        ("Mohamed Ben Ali", "Mohammed Ben Ali", Why.SPELLING),
        ("Youssef Haddad", "Yusuf Haddad", Why.SPELLING),
        ("Anna Maria Lindqvist", "Anna Lindqvist", Why.SPELLING),
        ("Lina Haddad", "لينا حداد", Why.OTHER_SCRIPT),
        ("Mohammed Al-Masri", "محمد المصري", Why.OTHER_SCRIPT),
        ("Khadija Benjelloun", "خديجة بنجلون", Why.OTHER_SCRIPT),
        ("Abdulrahman Shehadeh", "عبد الرحمن شحادة", Why.OTHER_SCRIPT),
        ("Abderrahmane Alaoui", "عبدالرحمن العلوي", Why.OTHER_SCRIPT),
        ("Abdel Rahman Shehadeh", "عبد الرحمن شحادة", Why.OTHER_SCRIPT),
        ("Fatima Zahra Cherkaoui", "فاطمة الزهراء الشرقاوي", Why.OTHER_SCRIPT),
        ("لينا حدّاد", "لينا حداد", Why.SAME_NAME),
        ("أحمد العلي", "احمد العلى", Why.SAME_NAME),
    ),
)
def test_the_same_person_is_found(one: str, other: str, reason: Why) -> None:
    assert why(one, other) is reason
    assert why(other, one) is reason


@pytest.mark.parametrize(
    ("one", "other"),
    (
        ("Anna Berg", "Anne Borg"),
        ("Lina Haddad", "Dina Haddad"),
        ("Lina Haddad", "Lina Hamdan"),
        ("Erik Lind", "Eric Lindqvist"),
        ("Omar Saleh", "عمر حداد"),
        ("Kelly", "Kellie"),
        ("Sara Nilsson", "Sara Nyberg"),
        ("", "Lina Haddad"),
    ),
)
def test_somebody_else_is_left_alone(one: str, other: str) -> None:
    assert why(one, other) is None


def test_an_address_says_more_than_a_name() -> None:
    one = Identity(1, "Lina", email="lina@example.org")
    assert alike(one, Identity(2, "Erik", email="lina@example.org")) == alike(
        one, Identity(2, "Lina", email="lina@example.org")
    )


def test_names_in_the_own_script_count_too() -> None:
    known = Identity("x", "L. H.", name_native="لينا حداد")
    found = alike(Identity(1, "Lina Haddad"), known)
    assert found is not None
    assert (found.key, found.why) == ("x", Why.OTHER_SCRIPT)


def test_the_finder_finds_what_comparing_each_with_each_finds() -> None:
    names = [
        *("Maria Pettilo", "Maria Petillo", "Lina Haddad", "لينا حداد", "Lina Hadad", "Erik Lind"),
        *("Mohammed Al-Masri", "محمد المصري", "Muhammad al Masri", "Anna Berg", "Kelly", "Kelly"),
    ]
    people = [Identity(number, name) for number, name in enumerate(names)]
    finder = Finder(people)
    for person in people:
        each = {other.key for other in people if other is not person and alike(person, other)}
        assert {found.key for found in finder.like(person, most=99)} == each, person.name


@pytest.mark.parametrize(
    ("one", "other", "count"),
    (("pettilo", "petillo", 1 + 1), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0)),
)
def test_slips(one: str, other: str, count: int) -> None:
    assert slips(one, other) == count
    assert slips(other, one) == count


def test_jaro_winkler_as_in_the_literature() -> None:
    assert round(jaro_winkler("martha", "marhta"), 3) == 0.961
    assert round(jaro_winkler("dixon", "dicksonx"), 3) == 0.813
    assert jaro_winkler("abc", "xyz") == 0


def test_skeletons_of_one_name_are_one() -> None:
    assert {skeleton(word) for word in ("mohamed", "muhammad", "mohammed", "محمد")} == {"mhmd"}
    assert {skeleton(word) for word in ("haddad", "hadad", "حداد")} == {"hd"}
