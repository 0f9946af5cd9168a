"""As much of R's grammar as design specifications are written in: calls, assignments, formulas, pipes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trygghet.errors import Phrase, SpokenError, phrase

DEEPEST = 30
"""Brackets within brackets that are followed."""


class InteropError(SpokenError):
    """A specification of another program that is not understood, or a design that it cannot hold."""


@dataclass(frozen=True)
class Literal:
    """A number, text, TRUE, FALSE or NULL."""

    value: float | str | bool | None
    line: int = 0


@dataclass(frozen=True)
class Name:
    """A name of something, dots and all; ``pkg::name`` is the name alone."""

    name: str
    line: int = 0


@dataclass(frozen=True)
class Call:
    """A function or operator with its arguments, each with the name it was given by, or none."""

    name: str
    arguments: tuple[tuple[str | None, Node], ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Formula:
    """What stands to the right of a tilde."""

    terms: Node
    line: int = 0


@dataclass(frozen=True)
class Assignment:
    """A value given a name, or to a column: ``frame$column``."""

    target: Node
    value: Node
    line: int = 0


Node = Literal | Name | Call | Formula | Assignment
_CONSTANTS: dict[str, float | bool | None] = {
    "TRUE": True,
    "T": True,
    "FALSE": False,
    "F": False,
    "NULL": None,
    "Inf": float("inf"),
    "NA": float("nan"),
}
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\v]+|\#[^\n]*)
      | (?P<newline>\n|;)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<quoted>`[^`\n]+`)
      | (?P<name>(?:[^\W\d_]|\.(?!\d))[\w.]*)
      | (?P<sign><-|->|\|>|%[^%\n]*%|:::?|==|!=|<=|>=|&&?|\|\|?|[-+*/^~$(),=<>!:\[\]{}])""",
    re.VERBOSE,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_BINARY = (  # from the loosest to the tightest
    ("|>", "%>%"),
    ("|", "||"),
    ("&", "&&"),
    ("==", "!=", "<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/"),
    (":",),
    ("^",),
    ("$",),
)
_PIPES = _BINARY[0]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def parse(text: str) -> list[Node]:
    """The statements of an R script.

    Parameters
    ----------
    text : the script; comments may stand in it.

    Raises
    ------
    InteropError : what is no such statement, by line.
    """
    reader = _Reader(_tokens(text))
    statements = []
    try:
        while not reader.at_end():
            statements.append(reader.statement())
    except RecursionError:
        raise InteropError.said("r.too_deep", most=DEEPEST) from None
    return statements


def _tokens(text: str) -> list[_Token]:
    found, place, line = [], 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise InteropError.said("r.not_understood", line=line, text=text[place : place + 20].splitlines()[0])
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_Token(kind, match[0], line))
        line += match[0].count("\n")
        place = match.end()
    return found


@dataclass
class _Reader:
    """Goes through the tokens once; within brackets a line's end means nothing."""

    tokens: list[_Token]
    place: int = 0
    depth: int = 0
    _end: _Token = field(default=_Token("end", "", 0))

    def at_end(self) -> bool:
        self._skip_lines()
        return self.place >= len(self.tokens)

    def statement(self) -> Node:
        """Up to the end of a line that does not leave anything open."""
        found = self._assignment()
        if self.place < len(self.tokens) and self._peek().kind != "newline":
            raise self._unexpected()
        return found

    def _skip_lines(self) -> None:
        while self.place < len(self.tokens) and self.tokens[self.place].kind == "newline":
            self.place += 1

    def _peek(self) -> _Token:
        if self.depth:
            self._skip_lines()
        return self.tokens[self.place] if self.place < len(self.tokens) else self._end

    def _take(self) -> _Token:
        token = self._peek()
        self.place += 1
        return token

    def _accept(self, *texts: str) -> _Token | None:
        token = self._peek()
        return self._take() if token.kind in ("sign", "name") and token.text in texts else None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            line, found = self._here()
            raise InteropError.said("r.should_stand", line=line, should=text, text=found)

    def _unexpected(self, rest: str = "") -> InteropError:
        line, text = self._here()
        if not rest:
            return InteropError.said("r.not_understood", line=line, text=text)
        return InteropError.said("r.not_understood_here", line=line, text=text, rest=phrase(rest))

    def _here(self) -> tuple[int, str | Phrase]:
        """The line that is read, and what stands next in it."""
        token = self._peek()
        line = token.line or (self.tokens[-1].line if self.tokens else 1)
        return line, phrase("r.text_ends") if token.kind == "end" else token.text

    def _assignment(self) -> Node:
        left = self._formula()
        sign = self._accept("<-", "=", "->")
        if sign is None:
            return left
        self._skip_lines()
        right = self._assignment()
        target, value = (right, left) if sign.text == "->" else (left, right)
        return Assignment(target, value, sign.line)

    def _formula(self) -> Node:
        sign = self._accept("~")
        if sign is not None:
            return Formula(self._binary(1), sign.line)
        left = self._binary(0)
        if self._peek().text == "~" and self._peek().kind == "sign":
            raise self._unexpected("r.left_side")
        return left

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while (sign := self._accept(*_BINARY[level])) is not None:
            self._skip_lines()
            right = self._binary(level + 1)
            left = self._joined(sign, left, right)
        return left

    def _joined(self, sign: _Token, left: Node, right: Node) -> Node:
        if sign.text not in _PIPES:
            return Call(sign.text, ((None, left), (None, right)), sign.line)
        if not isinstance(right, Call) or not right.name[0].isalpha():
            raise InteropError.said("r.function_after", line=sign.line, text=sign.text)
        return Call(right.name, ((None, left), *right.arguments), right.line)

    def _unary(self) -> Node:
        sign = self._accept("-", "+", "!")
        if sign is not None:
            operand = self._binary(3) if sign.text == "!" else self._binary(7)  # ! binds looser than a comparison
            return Call(sign.text, ((None, operand),), sign.line)
        return self._atom()

    def _atom(self) -> Node:
        token = self._peek()
        if token.kind == "number":
            return Literal(float(self._take().text.rstrip("L")), token.line)
        if token.kind == "text":
            return Literal(_unescaped(self._take().text[1:-1]), token.line)
        if token.kind == "quoted":
            return self._called(Name(self._take().text[1:-1], token.line))
        if token.kind == "name":
            return self._named()
        if self._accept("(") is not None:
            return self._bracketed()
        if token.text == "~":
            return self._formula()
        raise self._unexpected()

    def _bracketed(self) -> Node:
        self._deeper()
        inner = self._formula()
        self._expect(")")
        self.depth -= 1
        return inner

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InteropError.said("r.brackets", line=self._peek().line, most=DEEPEST)

    def _named(self) -> Node:
        token = self._take()
        if self._accept("::", ":::") is not None:
            token = self._take()
            if token.kind != "name":
                raise self._unexpected()
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text], token.line)
        return self._called(Name(token.text, token.line))

    def _called(self, name: Name) -> Node:
        if self._accept("(") is None:
            return name
        self._deeper()
        arguments = []
        while self._accept(")") is None:
            arguments.append(self._argument())
            if self._peek().text != ")":
                self._expect(",")
        self.depth -= 1
        return Call(name.name, tuple(arguments), name.line)

    def _argument(self) -> tuple[str | None, Node]:
        value = self._formula()
        if self._accept("=") is None:
            return None, value
        if isinstance(value, Name):
            return value.name, self._formula()
        if isinstance(value, Literal) and isinstance(value.value, str):
            return value.value, self._formula()
        raise self._unexpected("r.name_first")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)
