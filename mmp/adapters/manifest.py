"""What a backup says of itself: its first member, by which every other one is checked."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
DATABASE = "database"
CLOCK = "clock.json"
SECRETS = "secrets"
DOCUMENTS = "documents"
_NAME = re.compile(
    rf"{DATABASE}|{re.escape(CLOCK)}|{SECRETS}/[a-z_]{{1,40}}|{DOCUMENTS}(/[^/\\\x00.][^/\\\x00]*)+"
)


class OtherFormat(ValueError):
    """Sound, but of a form that this program does not know."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup: its size in octets, its hash in hex."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "Member":
        """That of a file."""
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            return cls(source.tell(), digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Made by which program, when (ISO 8601), from what kind of database at which revision."""

    mmp: str
    created_at: str
    database: str
    revision: str
    members: dict[str, Member]

    @property
    def size(self) -> int:
        """Octets of all members."""
        return sum(member.size for member in self.members.values())

    def to_json(self) -> bytes:
        """As it stands in the archive."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises ValueError for what is no manifest, OtherFormat for one of another program."""
        try:
            said: dict[str, Any] = json.loads(text)
            if said.pop("format") != FORMAT:
                raise OtherFormat
            members = said.pop("members")
            if all(isinstance(value, str) for value in said.values()) and DATABASE in members:
                return cls(**said, members={name: _member(name, members[name]) for name in members})
        except (KeyError, TypeError, AttributeError, RecursionError):
            pass
        raise ValueError("no manifest")


def _member(name: str, said: dict[str, Any]) -> Member:
    size, sha256 = said["size"], said["sha256"]
    if may_hold(name) and isinstance(size, int) and size >= 0 and isinstance(sha256, str):
        return Member(size, sha256)
    raise ValueError("no member of a manifest")


def may_hold(name: str) -> bool:
    """Whether a backup can have a member of that name: none leads out of its folder."""
    return _NAME.fullmatch(name) is not None
