"""Whether a mail is from who it says, by what the receiving server found (RFC 8601, RFC 7489)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_COMMENT = re.compile(r"\([^()]*\)")
_PAIR = re.compile(r"([A-Za-z0-9._-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)")
_FAILED = frozenset({"fail", "hardfail", "softfail", "permerror", "policy"})
LONGEST = 4_000


class Verdict(StrEnum):
    PASSED = "passed"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class _Finding:
    method: str
    result: str
    properties: dict[str, str]


def verdict(headers: Sequence[str], sender: str, authserv_id: str | None) -> Verdict:
    """What the Authentication-Results (topmost first) say of `sender`.

    With `authserv_id`, the name of the own receiving server, only the topmost header of that name
    counts, and without one nothing is known. Else the topmost of all may speak against the sender,
    but not for them: anybody could have written it. `dmarc` decides where it is named; a signature
    or SPF counts if its domain is the sender's or the parent of it.
    """
    read = [found for found in (_read(one[:LONGEST]) for one in headers) if found]
    if authserv_id is not None:
        read = [found for found in read if found[0] == authserv_id.lower()]
    if not read:
        return Verdict.UNKNOWN
    judged = _judged(read[0][1], sender.rpartition("@")[2])
    if authserv_id is None and judged is Verdict.PASSED:
        return Verdict.UNKNOWN
    return judged


def _judged(findings: list[_Finding], domain: str) -> Verdict:
    dmarc = [one for one in findings if one.method == "dmarc"]
    for one in dmarc:
        aligned = _covers(one.properties.get("header.from", domain), domain)
        if one.result == "pass" and aligned:
            return Verdict.PASSED
        if one.result in _FAILED or not aligned:
            return Verdict.FAILED
    others = [one for one in findings if one.method in ("dkim", "spf")]
    if any(one.result == "pass" and _aligned(one, domain) for one in others):
        return Verdict.PASSED
    failed = [one for one in others if one.result in _FAILED]
    return Verdict.FAILED if failed and len(failed) == len(others) else Verdict.UNKNOWN


def _aligned(finding: _Finding, domain: str) -> bool:
    names = ("header.d", "header.i") if finding.method == "dkim" else ("smtp.mailfrom",)
    said = next((finding.properties[name] for name in names if name in finding.properties), "")
    return _covers(said.rpartition("@")[2], domain)


def _covers(said: str, domain: str) -> bool:
    """Equal, or a parent that is more than a top level."""
    said = said.lower().strip(".")
    return said == domain or ("." in said and domain.endswith(f".{said}"))


def _read(value: str) -> tuple[str, list[_Finding]] | None:
    """`authserv-id [version]; method=result name=value ...; ...`, comments left out."""
    text = " ".join(value.split())
    while (without := _COMMENT.sub(" ", text)) != text:
        text = without
    name, *clauses = text.split(";")
    if not name.split():
        return None
    findings = []
    for clause in clauses:
        pairs = [(key.lower(), said.strip('"').lower()) for key, said in _PAIR.findall(clause)]
        if pairs:
            (method, result), *rest = pairs
            findings.append(_Finding(method.partition("/")[0], result, dict(reversed(rest))))
    return name.split()[0].lower(), findings
