"""The globals that a pickle of predictions may name, and the inert values they stand for.

Nothing here is imported, called or set because a file says so: each admitted name maps to a
symbol of ours, and a fixed table says what it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from boxscore.errors import shown

MODEL_MODULES = ("encord_active.lib.db.predictions", "encord_active.app.db.predictions")
MODEL_NAMES = ("Prediction", "ObjectDetection", "BoundingBox", "FrameClassification", "Point")

SYMBOLS: dict[tuple[str, str], str] = {
    **{(module, name): f"model:{name}" for module in MODEL_MODULES for name in MODEL_NAMES},
    **{(module, "Format"): "format" for module in MODEL_MODULES},
    ("numpy", "dtype"): "dtype",
    ("numpy", "ndarray"): "ndarray",
    ("numpy.core.multiarray", "_reconstruct"): "reconstruct",
    ("numpy._core.multiarray", "_reconstruct"): "reconstruct",
    ("numpy.core.multiarray", "scalar"): "scalar",
    ("numpy._core.multiarray", "scalar"): "scalar",
    ("numpy.core.numeric", "_frombuffer"): "frombuffer",
    ("numpy._core.numeric", "_frombuffer"): "frombuffer",
    ("copy_reg", "_reconstructor"): "reconstructor",
    ("copyreg", "_reconstructor"): "reconstructor",
    ("_codecs", "encode"): "encode",
    ("__builtin__", "object"): "object",
    ("builtins", "object"): "object",
    ("__builtin__", "set"): "set",
    ("builtins", "set"): "set",
    ("__builtin__", "bytes"): "bytes",
    ("builtins", "bytes"): "bytes",
    ("__builtin__", "bytearray"): "bytes",
    ("builtins", "bytearray"): "bytes",
}

NUMBER_TYPES = {
    *("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"),
}


class Refused(Exception):
    """The file asks for something that a list of predictions never needs."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """An admitted global."""

    meaning: str
    module: str
    name: str


class SetOfNames:
    """In the place of every set: pydantic's lists of fields, which say nothing new."""


NAMES = SetOfNames()
MOST_FORMS = 1000
_NAMES: dict[tuple[Any, ...], tuple[Any, ...]] = {}
"""Names of fields that were met, so that equal ones are kept once."""


@dataclass(slots=True, eq=False, repr=False)
class Model:
    """An instance of one of the prediction classes, with the names and values of its fields."""

    name: str
    names: tuple[Any, ...] = ()
    values: tuple[Any, ...] = ()
    built: bool = False

    def fields(self) -> dict[str, Any]:
        """Field values."""
        return dict(zip(self.names, self.values, strict=True))


@dataclass(slots=True, eq=False)
class TypeCode:
    """A NumPy number type: "u1", "<f8" and so on."""

    code: str
    order: str = "|"
    built: bool = False

    def name(self) -> str:
        """For numpy.dtype."""
        order = "<" if self.order in ("|", "=") else self.order
        return order + self.code


@dataclass(slots=True, eq=False, repr=False)
class ArrayValue:
    """A NumPy array as bytes; made into numbers only after all checks."""

    shape: tuple[int, ...] = ()
    type: TypeCode | None = None
    column_order: bool = False
    raw: bytes = b""
    built: bool = False
    decoded: Any = field(default=None, repr=False)


def symbol(module: str, name: str) -> Symbol:
    """The symbol of an admitted global.

    Raises:
        Refused: It is not admitted.
    """
    meaning = SYMBOLS.get((module, name))
    if meaning is None:
        raise Refused(f"it holds objects of {module}.{name}")
    return Symbol(meaning, module, name)


def new_model(cls: Any) -> Model | ArrayValue:
    """What `cls.__new__(cls)` stands for."""
    if not isinstance(cls, Symbol) or not cls.meaning.startswith("model:"):
        raise Refused("it builds an object of a class that no prediction has")
    return Model(cls.meaning[6:])


def call(target: Any, arguments: Any) -> Any:
    """What calling an admitted global with these arguments stands for.

    Raises:
        Refused: That call has no place in a list of predictions.
    """
    if not isinstance(target, Symbol) or not isinstance(arguments, tuple):
        raise Refused("it calls something that is no class of predictions")
    handler = _CALLS.get(target.meaning)
    if handler is None:
        raise Refused(f"it calls {target.module}.{target.name}")
    return handler(*arguments) if len(arguments) <= 4 else _no(target.name)


def _no(name: str) -> Any:
    raise Refused(f"{name} is called in an unknown way")


def _format(value: Any = None, *rest: Any) -> Any:
    return value if isinstance(value, str) and not rest else _no("Format")


def _reconstruct(cls: Any = None, shape: Any = None, kind: Any = None, *rest: Any) -> Any:
    good = isinstance(cls, Symbol) and cls.meaning == "ndarray" and shape == (0,)
    return ArrayValue() if good and kind in (b"b", "b") and not rest else _no("_reconstruct")


def _dtype(code: Any = None, align: Any = None, copied: Any = None, *rest: Any) -> Any:
    plain = isinstance(code, str) and align in (False, 0) and copied in (True, 1) and not rest
    if not plain or not (code in NUMBER_TYPES or _is_text_type(code)):
        raise Refused(f"an array of type {shown(code)}")
    return TypeCode(code)


def _is_text_type(code: str) -> bool:
    return code[:1] in "US" and code[1:].isdigit() and len(code) < 6


def _scalar(code: Any = None, raw: Any = None, *rest: Any) -> Any:
    if not isinstance(code, TypeCode) or not isinstance(raw, bytes) or rest or len(raw) > 4096:
        return _no("scalar")
    import numpy as np

    if _is_text_type(code.code):
        if len(raw) % 4 and code.code[0] == "U":
            return _no("scalar")
        text = raw.decode("utf-32-le" if code.code[0] == "U" else "latin-1", "replace")
        return text.rstrip("\0")
    dtype = np.dtype(code.name())
    return np.frombuffer(raw, dtype)[0].item() if len(raw) == dtype.itemsize else _no("scalar")


def _frombuffer(raw: Any = None, code: Any = None, shape: Any = None, order: Any = None) -> Any:
    if not isinstance(raw, bytes) or not isinstance(code, TypeCode) or order not in ("C", "F"):
        return _no("_frombuffer")
    return ArrayValue(_shape(shape), code, order == "F", raw, built=True)


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > 4:
        return _no("ndarray")  # type: ignore[no-any-return]
    if not all(type(n) is int and 0 <= n < 2**31 for n in shape):
        return _no("ndarray")  # type: ignore[no-any-return]
    return shape


def _reconstructor(cls: Any = None, base: Any = None, state: Any = 0, *rest: Any) -> Any:
    plain = isinstance(base, Symbol) and base.meaning == "object" and state is None and not rest
    return new_model(cls) if plain else _no("_reconstructor")


def _encode(text: Any = None, encoding: Any = None, *rest: Any) -> Any:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1") or rest:
        return _no("encode")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return _no("encode")


def _set(members: Any = (), *rest: Any) -> Any:
    plain = isinstance(members, list | tuple) and not rest
    return _checked_set(members) if plain else _no("set")


def _checked_set(members: Any) -> SetOfNames:
    if not all(type(member) is str for member in members):
        raise Refused("a set of something else than names")
    return NAMES


def _bytes(data: Any = b"", encoding: Any = None, *rest: Any) -> Any:
    if encoding is not None:
        return _encode(data, encoding, *rest)
    return data if isinstance(data, bytes) and not rest else _no("bytes")


_CALLS: dict[str, Callable[..., Any]] = {
    "format": _format,
    "reconstruct": _reconstruct,
    "dtype": _dtype,
    "scalar": _scalar,
    "frombuffer": _frombuffer,
    "reconstructor": _reconstructor,
    "encode": _encode,
    "set": _set,
    "bytes": _bytes,
}


def build(target: Any, state: Any) -> None:
    """What BUILD with a state stands for; once for each object.

    Raises:
        Refused: The object takes no such state.
    """
    if getattr(target, "built", True):
        raise Refused("an object is filled twice, or cannot be filled")
    target.built = True
    if isinstance(target, Model):
        if not isinstance(state, dict):
            raise Refused(f"{target.name} has a state that is no dictionary")
        _build_model(target, state)
    elif isinstance(target, TypeCode):
        good = (
            isinstance(state, tuple) and len(state) in (8, 9) and state[1] in ("<", ">", "|", "=")
        )
        if not good or any(part is not None for part in state[2:5]):
            raise Refused("an array type with fields of its own")
        target.order = state[1]
    else:
        _build_array(target, state)


def _build_model(target: Model, state: dict[str, Any]) -> None:
    """Fields from the forms that pydantic 1, pydantic 2 and plain classes write.

    The reader remembers the dictionaries to its end; nothing recalls them, so they are emptied.
    """
    inner = state.get("__dict__", state)
    if isinstance(inner, dict):
        names = tuple(inner)
        target.names = _NAMES.setdefault(names, names) if len(_NAMES) < MOST_FORMS else names
        target.values = tuple(inner.values())
        inner.clear()
    state.clear()


def _build_array(target: ArrayValue, state: Any) -> None:
    if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], TypeCode):
        raise Refused("an array in an unknown form")
    _, shape, code, column_order, raw = state
    if not isinstance(raw, bytes) or column_order not in (True, False, 0, 1):
        raise Refused("an array of objects")
    target.shape, target.type = _shape(shape), code
    target.column_order, target.raw = bool(column_order), raw
