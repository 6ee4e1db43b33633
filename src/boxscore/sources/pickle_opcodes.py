"""An inert reader of pickle opcodes: it builds a tree of plain values and never runs anything.

No module is imported, nothing is called, no attribute is set by what a file names. Lengths are
checked against the bytes that are left before anything is allocated. Opcodes that a list of
predictions never needs are refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from boxscore.sources.pickle_state import PickleState
from boxscore.sources.pickle_symbols import NAMES, Refused, Symbol, build, call, new_model, symbol

DEEPEST_STACK = 100_000
RECALL_1, RECALL_4, MEMOIZE, REAL = b"hj\x94G"
NEWOBJ = b"\x81"
MOST_MARKS = 1000
Action = Callable[["PickleReader"], object]


class PickleReader(PickleState):
    """Reads one pickle from bytes."""

    def read(self) -> Any:
        """The object that the file holds.

        Raises:
            Refused: It holds something else than plain values and predictions.
            ValueError: It ends too early or is garbled.
        """
        try:
            self._run()
        except (IndexError, struct.error):
            problem = "the file ends too early, or recalls a value that was never remembered"
            raise ValueError(problem) from None
        if len(self.stack) != 1:
            raise ValueError("it does not end with one object")
        return self.stack[0]

    def _run(self) -> None:
        """Opcode after opcode; the four that make nine tenths of a file are done in place."""
        data, stack, memo, actions = self.data, self.stack, self.memo, ACTIONS
        number4, real = _U4.unpack_from, _F8.unpack_from
        push, at = stack.append, self.at
        while not self.done:
            code = data[at]
            if code == RECALL_1:
                push(memo[data[at + 1]])
                at += 2
            elif code == RECALL_4:
                push(memo[number4(data, at + 1)[0]])
                at += 5
            elif code == MEMOIZE:
                at += 1
                # What is remembered was pushed by one byte at least; remembering took another.
                if 2 * len(memo) > at:
                    raise Refused("it remembers the same again and again")
                memo.append(stack[-1])
            elif code == REAL:
                push(real(data, at + 1)[0])
                at += 9
            else:
                action = actions[code]
                if action is None:
                    raise Refused(f"opcode {code:#04x} at byte {at}")
                self.at = at + 1
                action(self)
                at = self.at
                if len(stack) > DEEPEST_STACK:
                    raise Refused("it nests or lists too much at once")


_U1, _U2, _I4, _U4, _U8 = (struct.Struct(f) for f in ("<B", "<H", "<i", "<I", "<Q"))
_F8 = struct.Struct(">d")


def _no_arguments(r: PickleReader) -> None:
    """An empty tuple: nearly always the arguments of a new model, which is made at once."""
    made = r.data.startswith(NEWOBJ, r.at)
    cls = r.top() if made else None
    if not isinstance(cls, Symbol) or cls.meaning == "model:Point":
        r.stack.append(())
        return
    r.pop()
    r.at += 1
    r.push_made(new_model(cls))


def _new_set(r: PickleReader) -> None:
    r.stack.append(NAMES)
    end = r.names.end(r.at - 1)
    if end and 2 * len(r.memo) < r.at:
        r.memo.append(NAMES)
        r.at = end


def _push(value: Any) -> Action:
    return lambda r: r.stack.append(value)


def _push_number(form: struct.Struct) -> Action:
    return lambda r: r.stack.append(r.number(form))


def _text(length: struct.Struct) -> Action:
    def action(r: PickleReader) -> None:
        r.stack.append(r.take(r.number(length)).decode("utf-8", "surrogatepass"))

    return action


def _bytes(length: struct.Struct) -> Action:
    return lambda r: r.stack.append(r.take(r.number(length)))


def _int_line(r: PickleReader) -> None:
    text = r.line()
    if text in (b"00", b"01"):
        r.stack.append(text == b"01")
        return
    if len(text) > 24:
        raise Refused("a number of more than 64 bits")
    r.stack.append(int(text.rstrip(b"L")))


def _long(length: struct.Struct) -> Action:
    def action(r: PickleReader) -> None:
        size = r.number(length)
        if not 0 <= size <= 8:
            raise Refused("a number of more than 64 bits")
        r.stack.append(int.from_bytes(r.take(size), "little", signed=True))

    return action


def _mark(r: PickleReader) -> None:
    if len(r.marks) > MOST_MARKS:
        raise Refused("it nests too deep")
    r.marks.append(len(r.stack))


def _pop(r: PickleReader) -> None:
    if r.marks and r.marks[-1] == len(r.stack):
        r.marks.pop()
    else:
        r.pop()


def _append(r: PickleReader) -> None:
    value = r.pop()
    _list(r.top()).append(value)


def _appends(r: PickleReader) -> None:
    values = r.since_mark()
    _list(r.top()).extend(values)


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Refused("it appends to something that is no list")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Refused("it sets items of something that is no dictionary")
    return value


def _fill(target: dict[str, Any], pairs: list[Any]) -> None:
    if len(pairs) % 2:
        raise ValueError("a key without a value")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if type(key) is not str:
            raise Refused("a dictionary whose keys are no names")
        target[key] = value


def _setitem(r: PickleReader) -> None:
    value, key = r.pop(), r.pop()
    _fill(_dict(r.top()), [key, value])


def _setitems(r: PickleReader) -> None:
    stack = r.stack
    if not r.marks or not r.marks[-1]:
        raise ValueError("a mark or a value is missing")
    start = r.marks.pop()
    pairs, target = stack[start:], stack[start - 1]
    del stack[start:]
    if type(target) is not dict:
        raise Refused("it sets items of something that is no dictionary")
    _fill(target, pairs)


def _new_dict(r: PickleReader) -> None:
    made: dict[str, Any] = {}
    _fill(made, r.since_mark())
    r.stack.append(made)


def _tuple(count: int) -> Action:
    def action(r: PickleReader) -> None:
        values = [r.pop() for _ in range(count)]
        r.stack.append(tuple(reversed(values)))

    return action


def _additems(r: PickleReader) -> None:
    members, target = r.since_mark(), r.top()
    if target is not NAMES or not all(type(member) is str for member in members):
        raise Refused("a set of something else than names")


def _global(r: PickleReader) -> None:
    module, name = (r.line().decode("utf-8", "replace") for _ in range(2))
    r.stack.append(symbol(module, name))


def _stack_global(r: PickleReader) -> None:
    name, module = r.pop(), r.pop()
    if type(name) is not str or type(module) is not str:
        raise Refused("a global whose name is no text")
    r.stack.append(symbol(module, name))


def _reduce(r: PickleReader) -> None:
    arguments, target = r.pop(), r.pop()
    made = call(target, arguments)
    if isinstance(made, bytes):  # made anew from a remembered value, as often as asked
        r.spent += len(made)
        if r.spent > 4 * len(r.data):
            raise Refused("it copies the same data again and again")
    r.stack.append(made)


def _newobj(r: PickleReader) -> None:
    arguments, cls = r.pop(), r.pop()
    if isinstance(cls, Symbol) and cls.meaning == "model:Point":
        if not isinstance(arguments, tuple) or len(arguments) != 2:
            raise Refused("Point is built in an unknown way")
        r.stack.append(arguments)
        return
    if arguments != ():
        raise Refused("an object is built with arguments")
    r.push_made(new_model(cls))


def _build(r: PickleReader) -> None:
    state = r.pop()
    build(r.top(), state)


def _put_line(r: PickleReader) -> None:
    r.remember(_key(r.line()))


def _key(text: bytes) -> int:
    if not text.isdigit() or len(text) > 12:
        raise ValueError("a memo key that is no number")
    return int(text)


def _put(form: struct.Struct) -> Action:
    def action(r: PickleReader) -> None:
        r.remember(r.number(form))

    return action


def _proto(r: PickleReader) -> None:
    if r.number(_U1) > 5:
        raise Refused("a pickle protocol above 5")


def _stop(r: PickleReader) -> None:
    r.done = True


_TABLE: dict[bytes, Action] = {
    b"\x80": _proto,
    b"\x95": lambda r: r.take(8),
    b".": _stop,
    b"(": _mark,
    b"0": _pop,
    b"1": lambda r: r.since_mark().clear(),
    b"N": _push(None),
    b"\x88": _push(True),
    b"\x89": _push(False),
    b"I": _int_line,
    b"J": _push_number(_I4),
    b"K": _push_number(_U1),
    b"M": _push_number(_U2),
    b"L": _int_line,
    b"\x8a": _long(_U1),
    b"\x8b": _long(_I4),
    b"F": lambda r: r.stack.append(float(r.line()[:64])),
    b"V": lambda r: r.stack.append(r.line().decode("raw-unicode-escape")),
    b"\x8c": _text(_U1),
    b"X": _text(_U4),
    b"\x8d": _text(_U8),
    b"C": _bytes(_U1),
    b"B": _bytes(_U4),
    b"\x8e": _bytes(_U8),
    b"\x96": _bytes(_U8),
    b"]": lambda r: r.stack.append([]),
    b"l": lambda r: r.stack.append(r.since_mark()),
    b"a": _append,
    b"e": _appends,
    b")": _no_arguments,
    b"t": lambda r: r.stack.append(tuple(r.since_mark())),
    b"\x85": _tuple(1),
    b"\x86": _tuple(2),
    b"\x87": _tuple(3),
    b"}": lambda r: r.stack.append({}),
    b"d": _new_dict,
    b"s": _setitem,
    b"u": _setitems,
    b"\x8f": _new_set,
    b"\x90": _additems,
    b"c": _global,
    b"\x93": _stack_global,
    b"R": _reduce,
    b"b": _build,
    NEWOBJ: _newobj,
    b"p": _put_line,
    b"q": _put(_U1),
    b"r": _put(_U4),
    b"g": lambda r: r.stack.append(r.recalled(_key(r.line()))),
}
"""What opcodes do, but for the four that `_run` does itself."""
ACTIONS: list[Action | None] = [_TABLE.get(bytes([code])) for code in range(256)]
"""What each opcode does; None refuses the file."""
