"""A text with gaps says the same, filled as octets, as it does written whole."""

import quopri

from hypothesis import given, strategies as st

from mmp.core.mail import Mould, in_gap

MARKS = ("Zq7Z0Z", "Zq7Z1Z")
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    | st.sampled_from("= .\n"),
    max_size=200,
)


@given(st.lists(TEXTS | st.sampled_from(MARKS), max_size=8), TEXTS, TEXTS)
def test_filled_gaps_read_as_the_whole(pieces: list[str], first: str, second: str) -> None:
    words = dict(zip(MARKS, (first, second), strict=True))
    mould = Mould.of("".join(pieces), MARKS)
    whole = "".join(words.get(piece, piece) for piece in pieces)
    assert mould.text(words) == whole
    octets = mould.quoted_printable({mark: in_gap(text) for mark, text in words.items()})
    assert max(map(len, octets.split(b"\r\n"))) <= 76
    assert b"\n" not in octets.replace(b"\r\n", b"")
    read = quopri.decodestring(octets).decode().replace("\r\n", "\n")
    assert read.rstrip("\n") == whole.rstrip("\n")


def test_a_text_without_gaps() -> None:
    mould = Mould.of("Hello = you\n", ())
    assert mould.quoted_printable({}) == b"Hello =3D you\r\n"
    assert mould.text({}) == "Hello = you\n"
