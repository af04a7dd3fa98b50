"""Values as plain JSON-ready data, and back. The JSON of CONTRACT.md is the fields of the dataclasses."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


def plain(value: Any) -> Any:
    """`value` as dicts, lists, strings, numbers, booleans and None; times become ISO 8601 with an offset.

    A field that is marked as sparse is left out where it is None.
    """
    kind: Any = type(value)
    return value if kind in _PLAIN else _writer_of(kind)(value)


def restore(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `plain` turned into `data`. Unknown keys are passed over.

    Raises KeyError or TypeError when `data` lacks a field without a default.
    """
    restored: T = _restore(kind, data)
    return restored


def _restore(kind: Any, data: Any) -> Any:
    if data is None or kind is Any:
        return data
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (arm for arm in get_args(kind) if arm is not type(None))
        return _restore(inner, data)
    if origin is tuple:
        return tuple(_restore(get_args(kind)[0], item) for item in data)
    if origin in (dict, Mapping):
        return {key: _restore(get_args(kind)[1], item) for key, item in data.items()}
    if kind is datetime:
        return datetime.fromisoformat(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{name: _restore(hint, data[name]) for name, hint in _hints(kind).items() if name in data})
    return data


@cache
def _writer_of(kind: type[Any]) -> Callable[[Any], Any]:
    """What makes values of one type plain; finding that out costs more than a writing."""
    if is_dataclass(kind):
        names = _names(kind)
        return lambda value: {
            name: item if type(item) in _PLAIN else plain(item)
            for name, sparse in names
            if (item := getattr(value, name)) is not None or not sparse
        }
    if issubclass(kind, datetime):
        return lambda value: value.isoformat()
    if issubclass(kind, Mapping):
        return lambda value: {str(key): plain(item) for key, item in value.items()}
    if issubclass(kind, (list, tuple, set, frozenset)):
        return lambda value: [plain(item) for item in value]
    return lambda value: value


@cache
def _names(kind: type[Any]) -> list[tuple[str, bool]]:
    """The fields of a dataclass, and whether each is sparse."""
    return [(field.name, bool(field.metadata.get("sparse"))) for field in fields(kind)]


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """The fields of a dataclass and their types; finding them out costs more than a restoring."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
