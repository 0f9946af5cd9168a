"""Pages of every public function and class, made from signatures and docstrings without running the modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import docstrings
import vocabulary

import trygghet

SOURCE = Path(trygghet.__file__).parent
FOLDER = "referens/funktioner"
WORDS = vocabulary.WORDS["functions"]
GROUPS = WORDS["groups"]


def pages() -> dict[str, str]:
    """Path in the docs to Markdown: the list of what `tg.` holds, and a page a group of modules."""
    found = {_name(path): path for path in sorted(SOURCE.rglob("*.py")) if "template" not in path.parts}
    placed = {module: _group(module) for module in found if module and not module.endswith("__main__")}
    made: dict[str, str] = {}
    where: dict[str, str] = {}
    for group, (title, _) in GROUPS.items():
        sections = []
        for module in sorted(m for m, g in placed.items() if g == group):
            text, names = _module(module, found[module])
            sections += [text] if names else []
            where |= dict.fromkeys(names, group)
        if group == "ovrigt" and not sections:
            sections = [WORDS["none"]]  # the page has its place in the contents, with or without modules
        if sections:
            made[f"{FOLDER}/{group}.md"] = _front(f"{title}") + "\n\n".join(sections) + "\n"
    made[f"{FOLDER}/index.md"] = _index(where, made)
    return made


def _front(title: str) -> str:
    return f"---\nlang: en\nsearch: {{boost: 0.5}}\n---\n\n# <span lang='sv'>{title}</span>\n\n"


def _name(path: Path) -> str:
    parts = list(path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _group(module: str) -> str:
    head = module.partition(".")[0]
    return next((group for group, (_, names) in GROUPS.items() if head in names.split()), "ovrigt")


def _module(module: str, path: Path) -> tuple[str, list[str]]:
    """A module's section, and the full names of what is described in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts, names = [], []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            full = f"trygghet.{module}.{node.name}"
            names.append(full)
            parts.append(_described(node, full, level=3))
            if isinstance(node, ast.ClassDef):
                parts += [_described(m, f"{full}.{m.name}", level=4) for m in _methods(node)]
    lead = docstrings.to_markdown(ast.get_docstring(tree) or "")
    return "\n\n".join([f"## trygghet.{module} {{#trygghet.{module}}}", lead, *parts]), names


def _methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_") and ast.get_docstring(item):
            yield item


def _described(node: ast.FunctionDef | ast.ClassDef, full: str, *, level: int) -> str:
    head = f"{'#' * level} {node.name} {{#{full}}}"
    code = f"```python\n{_signature(node)}\n```"
    return "\n\n".join([head, code, docstrings.to_markdown(ast.get_docstring(node) or "")])


def _signature(node: ast.FunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        fields = [f"    {ast.unparse(item)}" for item in node.body if _is_field(item)]
        return "\n".join([f"class {node.name}({bases}):" if bases else f"class {node.name}:", *(fields or ["    ..."])])
    mark = "@property\n" if any(ast.unparse(d) == "property" for d in node.decorator_list) else ""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"def {node.name}({ast.unparse(node.args)}){returns}"
    if len(line) <= 100:
        return mark + line
    return mark + f"def {node.name}(\n    " + ",\n    ".join(_arguments(node.args)) + f",\n){returns}"


def _arguments(args: ast.arguments) -> list[str]:
    """Each argument as it is written, with its default."""
    plain = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    made = [_argument(a, d) for a, d in zip(plain, defaults, strict=True)]
    if args.vararg:
        made.append("*" + ast.unparse(args.vararg))
    elif args.kwonlyargs:
        made.append("*")
    made += [_argument(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return made + (["**" + ast.unparse(args.kwarg)] if args.kwarg else [])


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    text = ast.unparse(argument)
    if default is None:
        return text
    return f"{text} = {ast.unparse(default)}" if argument.annotation else f"{text}={ast.unparse(default)}"


def _is_field(item: ast.stmt) -> bool:
    """Whether a line of a class is a field that the caller gives."""
    if not (isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)):
        return False
    return not item.target.id.startswith("_") and "init=False" not in ast.unparse(item)


def _index(where: dict[str, str], made: dict[str, str]) -> str:
    """The list of what stands under `tg.`, with the first sentence of each, and the groups."""
    lines = [f"# {WORDS['title']}", "", WORDS["lead"], f"## {WORDS['pages']}", ""]
    lines += [f"- [{title}]({group}.md)" for group, (title, _) in GROUPS.items() if f"{FOLDER}/{group}.md" in made]
    lines += ["", f"## {WORDS['names']}", "", "| " + " | ".join(WORDS["columns"]) + " |", "|---|---|"]
    for shown, full, sentence in _public():
        group = where.get(full)
        link = f"[`{shown}`]({group}.md#{full})" if group else f"`{shown}`"
        lines.append(f'| {link} | <span lang="en">{docstrings.inline(sentence)}</span> |')
    return "\n".join(lines) + "\n"


def _public() -> Iterator[tuple[str, str, str]]:
    """Name as typed, full name of the definition, and first sentence of everything `tg.` holds."""
    for name in trygghet.__all__:
        thing = getattr(trygghet, name)
        if isinstance(thing, type(trygghet)):
            own = getattr(thing, "__all__", None) or [
                n for n, v in vars(thing).items() if _is_own(n, v, thing.__name__)
            ]
            pairs = [(f"tg.{name}.{item}", getattr(thing, item)) for item in sorted(own)]
        else:
            pairs = [(f"tg.{name}", thing)]
        for shown, item in pairs:
            full = f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', '')}"
            yield shown, full, (getattr(item, "__doc__", None) or "").strip().split("\n\n")[0].replace("\n", " ")


def _is_own(name: str, value: object, module: str) -> bool:
    return not name.startswith("_") and callable(value) and getattr(value, "__module__", "") == module
