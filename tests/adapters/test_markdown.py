"""The small Markdown of coordinators, as HTML."""

import pytest

from mmp.adapters.markdown import to_html


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("اتصل على +962 6 123 4567.", "اتصل على \u2066+962 6 123 4567\u2069."),
        ("هاتف 06-123-4567", "هاتف \u206606-123-4567\u2069"),
        ("يوم 28–29 أيلول 2026", "يوم 28–29 أيلول 2026"),
        ("[اتصل](https://meet.example/+962612345678)", 'href="https://meet.example/+962612345678"'),
        ("Call +962 6 123 4567.", "Call +962 6 123 4567."),
    ),
)
def test_telephone_numbers_keep_their_order_from_right_to_left(text: str, shown: str) -> None:
    assert shown in to_html(text)
