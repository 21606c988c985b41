"""Small changes to a module, one at a time: what a slip of the keyboard would do to a rule."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What is written down for readers, and for type checkers.
_PASSED_OVER = frozenset({"annotation", "returns", "decorator_list"})

_LONG = 400
"""Characters of a line of which only what is around the change is told."""
_AROUND = 60

_Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which module and function, the line before and after it, and the changed module."""

    module: str
    place: str
    change: str
    tree: ast.Module

    @property
    def name(self) -> tuple[str, str, str]:
        """What a list of survivors knows it by: line numbers change too often."""
        return self.module, self.place, self.change


def mutants(module: str, file: Path) -> Iterator[Mutant]:
    """Every change, in the order of the text; the same change of the same line again has a number."""
    source = file.read_text("utf-8")
    seen: dict[tuple[str, str], int] = {}
    tree = ast.parse(source)
    for path, node, place in _sites(tree, (), ""):
        for new in _variants(node):
            changed = _replaced(ast.parse(source), path, new)
            change = _told(ast.unparse(tree), ast.unparse(changed))
            seen[place, change] = times = seen.get((place, change), 0) + 1
            yield Mutant(module, place, f"{change} #{times}" if times > 1 else change, changed)


def _sites(node: ast.AST, path: _Path, place: str) -> Iterator[tuple[_Path, ast.AST, str]]:
    for field, value in ast.iter_fields(node):
        if field in _PASSED_OVER:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            here = (*path, (field, index))
            yield here, child, place
            if isinstance(child, ast.Raise):  # which sentence a refusal has is read by people
                continue
            name = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else ""
            yield from _sites(child, here, f"{place}.{name}".strip("."))


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                yield _with(node, ops=[*node.ops[:place], _COMPARED[type(operator)](), *node.ops[place + 1 :]])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool(flag)):
            yield _with(node, value=not flag)
        case ast.Constant(value=int(number)):
            yield _with(node, value=number + 1)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _RECKONED:
            yield _with(node, op=_RECKONED[type(node.op)]())
        case ast.Name(id=name) if name in _CALLED:
            yield _with(node, id=_CALLED[name])
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.If() | ast.IfExp() | ast.While() if isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.Module, path: _Path, new: ast.AST) -> ast.Module:
    parent: ast.AST = tree
    for field, index in path[:-1]:
        value = getattr(parent, field)
        parent = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new
    return ast.fix_missing_locations(tree)


def _told(before: str, after: str) -> str:
    pairs = zip_longest(before.splitlines(), after.splitlines(), fillvalue="")
    one, other = next((one.strip(), other.strip()) for one, other in pairs if one != other)
    if len(one) > _LONG:
        letters = zip_longest(one, other)
        start = max(next(place for place, (was, now) in enumerate(letters) if was != now) - _AROUND, 0)
        one, other = (f"... {line[start : start + 3 * _AROUND]} ..." for line in (one, other))
    return f"{one} -> {other}"
