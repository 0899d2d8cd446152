"""Records: dataclasses whose fields say how each of their values is read, written and described.

One class is the whole description of a part of the file. Its fields, in order, drive the reading,
the JSON Schema and the order in which an export writes them.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import Handle, Kind, Plain
from mmp.core.programme_file.nodes import Entries, Items, Node, Scalar
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.reader import FAILED, Reader
from mmp.core.programme_file.values import read_value, write_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A part of the file. `given` has the line of each field that stands in it, by attribute."""

    line: int = 0
    path: str = ""
    given: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def line_of(self, attribute: str) -> int:
        """Where a field stands, else where the part begins."""
        return self.given.get(attribute, self.line)

    def has(self, attribute: str) -> bool:
        """Whether the file says anything of this field; what it leaves out stays as it is."""
        return attribute in self.given


ItemType = TypeVar("ItemType", bound=Item)


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of one field. `column`: a row keeps it under the same attribute."""

    attribute: str
    name: str
    kind: Kind
    required: bool
    column: bool
    always: bool
    default: Any
    about: str

    def default_value(self) -> Any:
        return self.kind.empty if self.default is None else self.default


def part(
    kind: Kind,
    about: str = "",
    *,
    name: str | None = None,
    required: bool = False,
    default: Any = None,
    column: bool = True,
    always: bool = False,
) -> Any:
    """A field of a record. `name` is its key in the file where that differs; `default` what its
    absence means (else the kind's empty value); `always` writes it even then."""
    metadata = {
        "kind": kind,
        "about": about,
        "name": name,
        "required": required,
        "default": default,
        "column": column,
        "always": always or required,
    }
    if required:
        return dataclasses.field(metadata=metadata)
    if default is not None:
        return dataclasses.field(default=default, metadata=metadata)
    return dataclasses.field(default_factory=lambda: kind.empty, metadata=metadata)


def specs(record: type[Item]) -> dict[str, Spec]:
    """The fields of a record, by the key they have in the file."""
    if record not in _specs:
        _specs[record] = {spec.name: spec for spec in _read_specs(record)}
    return _specs[record]


_specs: dict[type[Item], dict[str, Spec]] = {}


def _read_specs(record: type[Item]) -> Iterator[Spec]:
    for field in dataclasses.fields(record):
        if "kind" in field.metadata:
            known = dict(field.metadata)
            name = known.pop("name") or field.name
            yield Spec(attribute=field.name, name=name, **known)


class Record(Kind, Generic[ItemType]):
    """A part of the file with named fields. `short` names the one that may stand alone."""

    def __init__(
        self, record: type[ItemType] | Callable[[], type[ItemType]], *, short: str | None = None
    ) -> None:
        self._record = record
        self.short = short

    @property
    def record(self) -> type[ItemType]:
        if isinstance(self._record, type):
            return self._record
        return self._record()

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if self.short and isinstance(node, Scalar) and not node.null:
            node = Entries(node.line, ((Scalar(node.line, self.short), node),))
        if not isinstance(node, Entries):
            raise UserError(
                "Lines like `key: value` belong here: %(keys)s.",
                keys=", ".join(list(specs(self.record))[:6]),
            )
        values: dict[str, Any] = {}
        given: dict[str, int] = {}
        for key, child in node.pairs:
            spec = specs(self.record).get(key.text)
            if spec is None:
                _unknown_key(key, path, specs(self.record), reader)
                continue
            given[spec.attribute] = key.line
            value = _field(spec, child, f"{path}/{key.text}" if path else key.text, reader)
            if value is not FAILED:
                values[spec.attribute] = value
        return self._build(values, given, node.line, path, reader)

    def _build(
        self, values: dict[str, Any], given: dict[str, int], line: int, path: str, reader: Reader
    ) -> Any:
        complete = True
        for spec in specs(self.record).values():
            if spec.required and spec.attribute not in values:
                complete = False
                if spec.attribute not in given:
                    reader.problems.add(
                        line, path, "“%(name)s” is missing here; add it.", name=spec.name
                    )
        if not complete:
            return FAILED
        return self.record(line=line, path=path, given=given, **values)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        written = {}
        for spec in specs(self.record).values():
            kept = getattr(value, spec.attribute)
            if spec.always or kept != spec.default_value():
                written[spec.name] = spec.kind.plain(kept, language)
        if self.short and list(written) == [self.short]:
            return written[self.short]
        return written

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        name = self.record.__name__.removeprefix("File").lower()
        reference = {"$ref": f"#/$defs/{name}"}
        if name not in defs:
            defs[name] = {}  # a record inside itself points back here
            properties = {}
            for spec in specs(self.record).values():
                described = {"description": spec.about} if spec.about else {}
                properties[spec.name] = described | _or_null(spec.kind.schema(defs), spec.required)
            defs[name] = {
                "type": "object",
                "properties": properties,
                "required": [s.name for s in specs(self.record).values() if s.required],
                "additionalProperties": False,
            }
        if self.short:
            alone = specs(self.record)[self.short].kind.schema(defs)
            return {"anyOf": [alone, reference]}
        return reference


def _or_null(schema: dict[str, Any], required: bool) -> dict[str, Any]:
    if required:
        return schema
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _unknown_key(key: Scalar, path: str, known: Mapping[str, Spec], reader: Reader) -> None:
    place = f"{path}/{key.text}" if path else key.text
    if near := closest(key.text, known):
        reader.problems.add(
            key.line,
            place,
            "“%(key)s” is not known here; did you mean %(near)s?",
            key=key.text,
            near=near,
        )
    else:
        reader.problems.add(
            key.line,
            place,
            f"“%(key)s” is not known here; take it out or use one of: {', '.join(known)}.",
            key=key.text,
        )


def _field(spec: Spec, node: Node, path: str, reader: Reader) -> Any:
    if isinstance(node, Scalar) and node.null:
        if spec.required:
            reader.problems.add(node.line, path, "Something must stand here; fill it in.")
            return FAILED
        return spec.default_value()
    value = reader.value(spec.kind, node, path)
    if spec.required and value in (None, {}):
        reader.problems.add(node.line, path, "Something must stand here; fill it in.")
        return FAILED
    return spec.default_value() if value is None else value


class MapOf(Kind):
    """Things by their handles (or by keys of another kind), in order.

    `section` is the name under which references find them.
    """

    def __init__(self, kind: Kind, *, keys: Kind | None = None, section: str | None = None) -> None:
        self.kind = kind
        self.keys = keys or Handle()
        self.section = section

    @property
    def empty(self) -> Any:  # a new mapping each time
        return {}

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node, Entries):
            raise UserError("Lines like `handle: ...` belong here, one for each thing.")
        found = {}
        for key, child in node.pairs:
            place = f"{path}/{key.text}"
            handle = reader.value(self.keys, key, place)
            if handle is not FAILED and self.section:
                reader.declare(self.section, handle, key.line)
            if isinstance(child, Entries):
                child = Entries(key.line, child.pairs)  # noqa: PLW2901  # faults stand at its name
            value = reader.value(self.kind, child, place)
            if FAILED not in (handle, value):
                found[handle] = value
        return found

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return {key: self.kind.plain(thing, language) for key, thing in value.items()}

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {
                key: rule for key, rule in self.keys.schema(defs).items() if key != "type"
            },
            "additionalProperties": self.kind.schema(defs),
        }


class Anything(Kind):
    """Any value that JSON can hold."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        return read_value(node)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return write_value(value)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {}


__all__ = ["Anything", "Item", "Items", "MapOf", "Record", "part", "specs"]
