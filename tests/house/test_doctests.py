"""What the docstrings show in a Python prompt is what Python answers."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
SHOWING = sorted(path for path in SOURCE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.relative_to(SOURCE / "trygghet").as_posix())
def test_an_example_in_a_docstring_gives_what_it_says(path):
    module = import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    found = [test for test in finder.find(module) if test.examples]
    said: list[str] = []
    for test in found:
        test.globs = dict(vars(module))
        runner.run(test, out=said.append)
    assert found and not said, "".join(said)


def test_there_is_an_example_that_is_run():
    assert SHOWING
