"""Pickles that try to run code, poison classes, or eat memory and time; made anew for each test.

`hostile_pickles` gives name -> bytes. Those named in `EXECUTES` make the canary file appear when
plain `pickle.loads` reads them: that proves that the corpus is alive.
"""

from __future__ import annotations

import builtins
import operator
import os
import pickle
import runpy
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from struct import pack
from typing import Any

LIB = "encord_active.lib.db.predictions"
MIB = 1 << 20


class Call:
    """Pickles into a call."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def p4(body: bytes) -> bytes:
    return b"\x80\x04" + body + b"."


def prediction(fields: bytes) -> bytes:
    """A list of one Prediction; `fields` are key and value opcodes."""
    return p4(b"](" + model("Prediction", fields) + b"e")


def model(kind: str, fields: bytes) -> bytes:
    return name(LIB, kind) + b")\x81}(" + text("__dict__") + b"}(" + fields + b"uub"


def fields_with(key: str, value: bytes) -> bytes:
    good = {
        "data_hash": text("hash-1"),
        "frame": b"K\x00",
        "confidence": b"G" + pack(">d", 0.5),
        "object": detection("feature_hash", text("box00000")),
    }
    return b"".join(text(k) + v for k, v in (good | {key: value}).items())


def detection(key: str, value: bytes) -> bytes:
    good = {
        "format": text("bounding-box"),
        "data": box("theta", b"N"),
        "feature_hash": text("box00000"),
        "track_id": b"N",
    }
    return model("ObjectDetection", b"".join(text(k) + v for k, v in (good | {key: value}).items()))


def box(key: str, value: bytes) -> bytes:
    good = {k: b"G" + pack(">d", 0.25) for k in "xyhw"}
    return model("BoundingBox", b"".join(text(k) + v for k, v in (good | {key: value}).items()))


def masked(data: bytes) -> bytes:
    made = detection("format", text("mask")).replace(box("theta", b"N"), data)
    return prediction(fields_with("object", made))


DTYPE = (
    name("numpy", "dtype")
    + text("u1")
    + b"I00\nI01\n\x87R(K\x03"
    + text("|")
    + b"NNN"
    + (b"J\xff\xff\xff\xff" * 2 + b"K\x00tb")
)


def array(shape: bytes, dtype: bytes, raw: bytes) -> bytes:
    made = name("numpy.core.multiarray", "_reconstruct") + name("numpy", "ndarray")
    return made + b"K\x00\x85C\x01b\x87R(K\x01" + shape + dtype + b"\x89" + raw + b"tb"


BOMB = (
    b")\x940"
    + b"".join(b"h" + bytes([k]) + b"h" + bytes([k]) + b"\x86\x940" for k in range(60))
    + b"h\x3c"
)
"""A tuple of 2^60 members that is 60 tuples of two."""


def executing(canary: Path) -> dict[str, bytes]:
    """Pickles that make the canary when they are really unpickled."""
    touch = f"touch {canary}"
    code = f"open({str(canary)!r}, 'w').close()"
    calls: dict[str, Call] = {
        "os.system": Call(os.system, (touch,)),
        "subprocess.call": Call(subprocess.call, (["touch", str(canary)],)),
        "subprocess.Popen": Call(subprocess.Popen, (["touch", str(canary)],)),
        "exec": Call(builtins.exec, (code,)),
        "eval": Call(builtins.eval, (code,)),
        "open": Call(builtins.open, (str(canary), "w")),
        "os.mkdir": Call(os.mkdir, (str(canary),)),
        "os.open": Call(os.open, (str(canary), os.O_CREAT | os.O_WRONLY)),
        "path.touch": Call(operator.methodcaller("touch"), (canary,)),
        "partial": Call(partial(os.system, touch), ()),
        "run_code": Call(runpy._run_code, (code, {})),  # type: ignore[attr-defined]
        "apply-map": Call(list, (Call(map, (os.system, [touch])),)),
        "loads": Call(pickle.loads, (pickle.dumps(Call(os.system, (touch,))),)),
        "state": Call(os.system, (touch,), None, iter([touch])),
    }
    made = {f"code-{k}": pickle.dumps([v], 4) for k, v in calls.items()}
    for protocol in range(6):
        made[f"code-protocol-{protocol}"] = pickle.dumps(calls["os.system"], protocol)
    line = text(touch)
    made |= {
        "code-inst": b"(" + line + b"iposix\nsystem\n.",
        "code-obj": b"(" + name("posix", "system") + line + b"o.",
        "code-in-fields": prediction(
            fields_with("confidence", name("posix", "system") + line + b"\x85R")
        ),
        "code-in-key": p4(b"}(" + name("posix", "system") + line + b"\x85RNu"),
        "code-popped": p4(name("posix", "system") + line + b"\x85R0]"),
        "code-in-set": p4(b"\x8f(" + name("posix", "system") + line + b"\x85R\x90"),
        "code-getattr": p4(
            name("builtins", "getattr")
            + name("os", "path")
            + text("os")
            + b"\x86R0"
            + name("posix", "system")
            + line
            + b"\x85R"
        ),
        "code-after-good": p4(b"]")[:-1] + b"0" + name("posix", "system") + line + b"\x85R.",
        "code-stack-global": p4(text("posix") + text("system") + b"\x93" + line + b"\x85R"),
    }
    return made


def gadgets() -> dict[str, bytes]:
    """Names beyond the table, known names misused, opcodes that predictions never need."""
    lone = {
        f"name-{module}.{attribute}": p4(b"](" + name(module, attribute) + b"e")
        for module, attribute in [
            ("builtins", "object.__subclasses__"), ("numpy", "load"), ("numpy.f2py", "compile"),
            ("encord_active.lib.db.predictions", "json"), ("__main__", "Prediction"),
            ("encord_active.lib.db.predictions", "Prediction.__init__.__globals__"),
            ("pandas.core.frame", "DataFrame"), ("numpy.testing._private.utils", "runstring"),
            ("torch.storage", "_load_from_bytes"), ("encord_active.lib.db", "predictions"),
        ]
    }  # fmt: skip
    poison = name(LIB, "Prediction")
    return lone | {
        "poison-class": p4(poison + b"}(" + text("__init__") + b"Nub"),
        "poison-class-slots": p4(poison + b"N}(" + text("__eq__") + b"Nu\x86b"),
        "poison-format": p4(name(LIB, "Format") + b"}(" + text("value") + b"Nub"),
        "poison-getattr": p4(name("builtins", "getattr") + poison + text("__dict__") + b"\x86R"),
        "poison-dtype-twice": masked(array(b"K\x01K\x01\x86", DTYPE + DTYPE[-28:], b"C\x01\x01")),
        "build-twice": p4(b"](" + model("Prediction", fields_with("frame", b"K\x00")) + b"}be"),
        "build-a-list": p4(b"]}(" + text("append") + b"Nub"),
        "call-a-model": p4(poison + text("x") + b"\x85R"),
        "call-a-text": p4(text("print") + b")R"),
        "call-format-twice": p4(name(LIB, "Format") + text("mask") + text("box") + b"\x86R"),
        "newobj-ex": p4(
            name("subprocess", "Popen") + b"](" + text("touch") + text("x") + b"e\x85}\x92"
        ),
        "new-with-arguments": p4(poison + text("hash") + b"\x85\x81"),
        "reconstruct-other": p4(
            name("copyreg", "_reconstructor")
            + name("builtins", "set")
            + name("builtins", "object")
            + b"N\x87R"
        ),
        "encode-rot13": p4(name("_codecs", "encode") + text("abc") + text("rot13") + b"\x86R"),
        "encode-zip": p4(name("_codecs", "encode") + text("abc") + text("zip") + b"\x86R"),
        "persistent": b"Phttp://localhost/\n.",
        "persistent-binary": p4(text("id") + b"Q"),
        "extension": p4(b"\x82\x01"),
        "extension-4": p4(b"\x84\x01\x00\x00\x00"),
        "next-buffer": b"\x80\x05\x97.",
        "readonly-buffer": b"\x80\x05C\x01a\x98.",
        "frozenset": p4(b"(" + text("a") + b"\x91"),
        "old-string": b"S'text'\n.",
        "old-binary-string": b"T\x01\x00\x00\x00a.",
        "duplicate": p4(b"]2\x86"),
        "protocol-99": b"\x80\x63].",
        "object-array": masked(
            array(b"K\x01K\x01\x86", DTYPE.replace(text("u1"), text("O8")), b"](Ne")
        ),
        "structured-array": masked(
            array(b"K\x01K\x01\x86", DTYPE.replace(b"NNN", b"N" + text("f") + b"\x85}"), b"C\x01a")
        ),
        "not-predictions": pickle.dumps([{"data_hash": "hash-1", "confidence": 0.5}]),
        "one-dictionary": pickle.dumps({"predictions": []}),
        "a-number": pickle.dumps(7),
    }


def bombs() -> dict[str, bytes]:
    """Small files that would need much memory or time, if read without care."""
    deep_tuple, keyed = (
        b")" + b"\x85" * (MIB // 2),
        b"".join(b"J" + pack("<i", k) + b"N" for k in range(100_000)),
    )
    claims = {
        "claims-bytes": b"B\xff\xff\xff\xff", "claims-bytes8": b"\x8e" + pack("<Q", 1 << 40),
        "claims-bytes8-top": b"\x8e" + pack("<Q", (1 << 64) - 1),
        "claims-text8": b"\x8d" + pack("<Q", 1 << 62), "claims-bytearray": b"\x96" + pack("<Q", 1 << 33),
        "claims-text": b"X\xff\xff\xff\x7f", "claims-long": b"\x8b\xff\xff\xff\x7f",
        "claims-negative-long": b"\x8b\xff\xff\xff\xff", "claims-frame": b"\x95" + pack("<Q", 1 << 62),
        "claims-memo": b"Nr\xff\xff\xff\xff", "claims-memo-line": b"Np99999999999999999999\n",
    }  # fmt: skip
    wide = b"C\x01\x01"
    return {k: p4(v + b"]" if k == "claims-memo" else v) for k, v in claims.items()} | {
        "long-of-255-bytes": p4(b"\x8a\xff" + b"\x7f" * 255),
        "long-line": b"L" + b"9" * MIB + b"L\n.",
        "int-line": b"I" + b"9" * MIB + b"\n.",
        "float-line": b"F" + b"1" * (4 * MIB) + b"\n.",
        "marks": p4(b"(" * (4 * MIB)),
        "dictionaries": p4(b"}" * (4 * MIB)),
        "lists": p4(b"]" * (4 * MIB)),
        "sets": p4(b"\x8f" * (4 * MIB)),
        "sets-in-a-list": p4(b"](" + (b"\x8f" * 50_000 + b"e(") * 60 + b"e"),
        "dictionaries-in-a-list": p4(b"](" + (b"}" * 50_000 + b"e(") * 60 + b"e"),
        "memoize": p4(b"N" + b"\x94" * (8 * MIB)),
        "instances": p4(b"](" + (name(LIB, "Prediction") + b"\x940" + b"h\x00)\x81" * 50_000 + b"e(") * 30 + b"e"),
        "deep-tuple": p4(b"](" + deep_tuple + b"e"),
        "deep-list": p4(b"]" * 50_000 + b"a" * 49_999),
        "deep-model": p4(b"](" + (name(LIB, "Prediction") + b")\x81}" + text("__dict__")) * 5_000 + b"}" + b"sb" * 5_000 + b"e"),
        "bomb-as-key": p4(b"}(" + BOMB + b"Nu"),
        "bomb-in-set": p4(b"\x8f(" + BOMB + b"\x90"),
        "bomb-as-list": p4(b"](" + BOMB + b"e"),
        "bomb-as-name": p4(BOMB + BOMB + b"\x93"),
        "bomb-as-root": p4(BOMB),
        "bomb-as-argument": p4(name(LIB, "Format") + BOMB + b"\x85R"),
        "bomb-as-dtype": p4(name("numpy", "dtype") + BOMB + b"\x89\x88\x87R"),
        "bomb-as-shape": masked(array(BOMB, DTYPE, wide)),
        "bomb-as-model": p4(b"](" + name(LIB, "Prediction") + b")\x81" + BOMB + b"be"),
        **{
            f"bomb-as-{key}": prediction(fields_with(key, BOMB))
            for key in ("data_hash", "frame", "confidence", "object", "classification")
        },
        **{
            f"bomb-as-{key}": prediction(fields_with("object", detection(key, BOMB)))
            for key in ("format", "data", "feature_hash", "track_id")
        },
        "bomb-as-side": prediction(fields_with("object", detection("data", box("x", BOMB)))),
        "integer-keys": p4(b"}(" + keyed + b"u"),
        "huge-shape": masked(array(b"J\xff\xff\xff\x7f" * 2 + b"\x86", DTYPE, wide)),
        "overflowing-shape": masked(array(b"\x8a\x08" + pack("<q", 1 << 32) + b"\x94h\x00\x86", DTYPE, wide)),
        "negative-shape": masked(array(b"J\xff\xff\xff\xff" * 2 + b"\x86", DTYPE, wide)),
        "many-sides": masked(array(b"(" + b"K\x01" * 1000 + b"t", DTYPE, wide)),
        "huge-element": masked(array(b"K\x01K\x01\x86", DTYPE.replace(text("u1"), text("V999999999")), wide)),
        "huge-text-element": masked(array(b"K\x01K\x01\x86", DTYPE.replace(text("u1"), text("U999999999")), wide)),
        "one-megabyte-many-times": shared_bytes(),
        "encoded-many-times": p4(
            text("x" * MIB) + b"\x940" + text("latin1") + b"\x940" + name("_codecs", "encode") + b"\x940]("
            + b"h\x02h\x00h\x01\x86R" * 3000 + b"e"
        ),
        "root-holds-itself": p4(b"]\x94h\x00a"),
        "fields-hold-themselves": p4(
            b"](" + name(LIB, "Prediction") + b")\x81\x94}\x94" + text("__dict__") + b"h\x01sbe"
        ),
        "object-is-the-prediction": p4(
            b"](" + name(LIB, "Prediction") + b")\x81\x94}(" + text("__dict__") + b"}("
            + fields_with("object", b"h\x00") + b"uube"
        ),
        "list-in-data": prediction(
            fields_with("object", detection("data", b"]\x94h\x00a"))
        ),
        "empty": b"",
        "cut-short": pickle.dumps([1.5] * 100, 4)[:-5],
        "no-stop": b"\x80\x04]",
        "stop-at-once": b"\x80\x04.",
        "two-left": p4(b"]]"),
        "empty-stack": p4(b"0"),
        "no-mark": p4(b"Nt"),
        "unknown-memo": p4(b"h\x05"),
        "append-to-number": p4(b"K\x01Na"),
        "noise": bytes(range(256)) * 64,
    }  # fmt: skip


def shared_bytes() -> bytes:
    """One megabyte that 20,000 arrays claim as theirs, each read anew."""
    side = pack("<H", 1024)
    made = array(b"h\x00", b"h\x01", b"h\x02")
    one = detection("format", text("mask")).replace(box("theta", b"N"), made)
    many = model("Prediction", fields_with("object", one))
    head = b"M" + side + b"M" + side + b"\x86\x940" + DTYPE + b"\x940"
    raw = b"B" + pack("<I", MIB) + b"\x02" * MIB + b"\x940"
    return p4(head + raw + b"](" + many * 20_000 + b"e")


def hostile_pickles(canary: Path) -> dict[str, bytes]:
    """Every hostile file."""
    parts: list[Callable[[], dict[str, bytes]]] = [gadgets, bombs]
    made = executing(canary)
    for part in parts:
        made |= part()
    return made


NAMES = tuple(hostile_pickles(Path("canary")))
EXECUTES = tuple(executing(Path("canary")))
