"""Charts drawn by processes beside the notebook: the same drawings, and none lost with a process."""

import copy
import os
import sys

import pytest

from trygghet import aside
from trygghet.aside import Aside, MissingError, fill
from trygghet.report import making

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there are processes forked")
NAMES = ("w", "n")


def content(drawn):
    figure = {"svg_wide": drawn["w"], "svg_narrow": drawn["n"], "alt": "drawing:1.json:w"}
    return [{"outputs": [{"data": {"x": {"figure": figure}}}]}]


def drawn_aside(folder, make):
    """What stands for a drawing that another process was asked for; the first is made by this one."""
    beside = Aside(folder)
    beside.draw(lambda: dict.fromkeys(NAMES, ""), NAMES)
    return content(beside.draw(make, NAMES))


def test_the_drawing_of_another_process_comes_in_its_place_and_nowhere_else(tmp_path):
    cells = drawn_aside(tmp_path, lambda: {"w": f"<svg>{os.getpid()}</svg>", "n": "<svg/>"})
    fill(cells, tmp_path)
    figure = cells[0]["outputs"][0]["data"]["x"]["figure"]
    assert figure["svg_wide"].startswith("<svg>") and str(os.getpid()) not in figure["svg_wide"]
    assert figure["svg_narrow"] == "<svg/>" and figure["alt"] == "drawing:1.json:w"


def _raises():
    raise ValueError("no drawing")


@pytest.mark.parametrize("make", [_raises, lambda: os.kill(os.getpid(), 9)], ids=["error", "killed"])
def test_a_process_that_is_lost_is_noticed(tmp_path, make):
    cells = drawn_aside(tmp_path, make)
    whole = copy.deepcopy(cells)
    with pytest.raises(MissingError):
        fill(cells, tmp_path)
    fill(whole, tmp_path, otherwise="<svg/>")
    assert whole == content({"w": "<svg/>", "n": "<svg/>"})


def test_one_that_does_not_end_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(aside, "PATIENCE", 0.05)
    monkeypatch.setattr(os, "setsid", lambda: None)
    stop, go = os.pipe()
    cells = drawn_aside(tmp_path, lambda: {"w": os.read(stop, 1), "n": ""})
    with pytest.raises(MissingError):
        fill(cells, tmp_path)
    os.write(go, b"x")


def test_with_all_processes_busy_the_notebook_draws_itself(tmp_path):
    stop, go = os.pipe()
    beside = Aside(tmp_path)
    beside.draw(lambda: dict.fromkeys(NAMES, ""), NAMES)
    given = [beside.draw(lambda: {"w": f"{os.read(stop, 1)!r}"}, ("w",))["w"] for _ in range(aside.MOST)]
    here = beside.draw(lambda: {"w": str(os.getpid())}, ("w",))["w"]
    os.write(go, b"x" * aside.MOST)
    assert here == str(os.getpid()) and len(set(given)) == aside.MOST
    assert all(one.startswith("drawing:") for one in given)


def test_a_notebook_whose_drawings_are_lost_is_run_again_without(tmp_path, monkeypatch):
    asked = []

    class Notebook:
        cells = content({"w": "drawing:2.json:w", "n": "drawing:2.json:n"})

    def execute(job, folder, *, drawing="", **_):
        asked.append(drawing)
        return Notebook()

    monkeypatch.setattr(making, "execute", execute)
    monkeypatch.setattr(making, "work_folder", lambda job, folder: folder)
    assert isinstance(making._executed(None, tmp_path, spare=True), Notebook)
    assert asked == [aside.FOLDER, ""]
    making._executed(None, tmp_path, spare=False)
    assert asked[2:] == [""]
