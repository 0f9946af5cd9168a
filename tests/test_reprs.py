"""What a cell shows of a workspace, a design, a table, a promise, a picture and an error; and what Tab lists."""

import inspect
import json
import pickle
import re
import shutil
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import trygghet as tg
from trygghet.blocks import Table
from trygghet.disclosure import protect
from trygghet.errors import InputError
from trygghet.estimates import COLUMNS
from trygghet.frames import Estimates
from trygghet.planning import feasible
from trygghet.promises import load, read
from trygghet.reprs import told
from trygghet.reprs.picture import lines

from .example_data import TOWN

ROOT = Path(__file__).parents[1]


def seen(item: object) -> str:
    """The text of what JupyterLab shows, styles taken away."""
    html = re.sub("<style>.*?</style>", "", item._repr_html_(), flags=re.DOTALL)
    return unescape(re.sub("<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


def cells(item: object) -> dict[str, tuple[str, ...]]:
    """The rows of the first table an object shows, by their heads."""
    table = next(block for block in told(item) if isinstance(block, Table))
    return {row[0]: row[1:] for row in table.rows}


@pytest.fixture
def town(tmp_path) -> Path:
    return Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))


@pytest.fixture(scope="module")
def table() -> Estimates:
    """Women few and men many, straight from an estimator; nothing of it protected yet."""
    frame = pd.DataFrame({"sex": ["woman"] * 12 + ["man"] * 40, "unsafe": [1] * 7 + [0] * 5 + [1] * 10 + [0] * 30})
    return tg.estimate.proportion(tg.SurveyDesign(frame), "unsafe", by="sex")


def test_the_year_is_a_number_or_a_text():
    assert tg.Workspace.open(TOWN, year=2017) == tg.Workspace.open(TOWN, year="2017")
    assert tg.Workspace.open(TOWN, year=2017).at(2016).year == "2016"


def test_a_workspace_tells_what_is_there_and_what_is_missing(town):
    (town / "2017" / "dialoger.csv").unlink()
    settings = (town / "workspace.yml").read_text("utf-8")
    (town / "workspace.yml").write_text(re.sub(r'(?m)^      "2017": \{file: 2017/polisens.*\n', "", settings), "utf-8")
    ws = tg.Workspace.open(town, 2017)
    rows = cells(ws)
    how = {"sep": None, "engine": "python", "encoding": "latin-1"}
    answers = [len(pd.read_csv(town / year / "trygghetsenkat.csv", **how)) for year in ws.years]
    assert rows["Trygghetsenkäten"][1:] == tuple(f"✓ {n} rader" for n in answers)
    assert rows["Dialoger och kontakter"][-1] == "✗ saknas"
    assert rows["Polisens medarbetare"][-1] == "–"
    assert "2017: 2017/dialoger.csv finns inte i mappen." in seen(ws)
    assert "För 2017 finns ingen leverans av: Polisens medarbetare." in seen(ws)
    assert "2016: " not in seen(ws)
    assert repr(ws).splitlines()[0] == str(ws).splitlines()[0] == "Arbetsmappen Kristinehamn, sedd från 2017"


def test_a_workspace_tells_its_own_sections_and_those_that_are_not_there(town):
    with (town / "workspace.yml").open("a", encoding="utf-8") as settings:
        settings.write('notebooks:\n  natten: ["2016", "2017"]\n  cyklar: ["2017"]\n')
    (town / "notebooks").mkdir()
    (town / "notebooks" / "cyklar.ipynb").touch()
    text = repr(tg.Workspace.open(town, 2017))
    assert "  - ✓ cyklar, byggs för 2017\n" in text and "  - ✗ natten, byggs för 2016 och 2017\n" in text
    assert "2016: notebooks/natten.ipynb finns inte i mappen." in text and "notebooks/cyklar" not in text
    assert "Egna avsnitt" not in repr(tg.Workspace.open(TOWN, 2017))


def test_a_design_tells_its_diagnostics_reckoned_by_hand():
    frame = pd.DataFrame({"w": [1.0, 3.0, 2.0, 2.0], "area": list("aabb"), "sex": ["m", "w", "m", "w"]})
    design = tg.SurveyDesign(frame, weight="w", strata="area")
    rows = cells(design)
    assert rows["Antal svar"] == ("4",) and rows["Vikternas summa"] == ("8,0",)
    assert rows["Designeffekt av olika vikter (Kish)"][0].startswith("1,12,")  # 4 · 18 / 64
    assert rows["Vikter mot deras medelvärde"] == ("0,50 till 1,50",)
    assert rows["Strata"] == ("2 (area)",) and rows["Frihetsgrader"] == ("2",)
    raked = tg.rake(design, {"sex": pd.Series({"m": 50, "w": 50})})
    assert cells(raked)["Vägd till"] == ("sex (2 grupper)",) and cells(raked)["Vikternas summa"] == ("100",)
    assert cells(raked.subset(frame["sex"] == "m"))["Rader utanför delmängden"] == ("2",)
    assert "Design effect" in seen(raked.evolve(language="en"))


def test_few_answers_are_hidden_in_what_is_shown_and_nowhere_else(table):
    women = table.set_index("sex").loc["woman"]
    assert women["estimate"] == pytest.approx(7 / 12) and women["n"] == 12
    for text in (seen(table), repr(table)):
        assert "bara 12 svar (gräns 30)" in text and "58" not in text
        assert re.search(r"man\s+25.%", text)
        assert "inte skyddad som helhet" in text


def test_a_hidden_row_stays_hidden_though_its_figure_were_left_in(table):
    rows = pd.DataFrame({**dict.fromkeys(COLUMNS, ""), "indicator": ["a", "b"], "unit": "share", "suppressed": False})
    rows[["n", "n_eff", "estimate", "se", "ci_low", "ci_high"]] = (400, 400.0, 0.4321, 0.02, 0.3987, 0.4655)
    rows = Estimates(rows.assign(evidence_class="probability", group_by="total", group="all", deff=1.0))
    assert "43 %" in seen(rows)
    assert "43 %" not in seen(rows.assign(suppressed=True)) and "40–47" not in repr(rows.assign(suppressed=True))
    few = seen(rows.assign(estimate=0.01, ci_low=0.0, ci_high=0.02))
    assert "så få att de kunde peka ut någon" in few and "1 %" not in few
    assert "43 %" not in seen(protect(rows.assign(n=20)))


def test_pandas_works_as_with_any_other_table(table):
    plain = pd.DataFrame(table)
    for made in (
        lambda t: t.sort_values("estimate").reset_index(drop=True),
        lambda t: t[t["n"] > 20],
        lambda t: pd.concat([t, t], ignore_index=True),
        lambda t: t.merge(t[["sex", "n"]], on="sex", suffixes=("", "_again")),
        lambda t: t.assign(twice=2 * t["estimate"]),
        lambda t: t.groupby("sex", as_index=False)["n"].sum(),
        lambda t: t.melt(id_vars="sex", value_vars=["n", "se"]),
    ):
        pd.testing.assert_frame_equal(pd.DataFrame(made(table)), pd.DataFrame(made(plain)))
    assert type(table["estimate"]) is type(table.iloc[0]) is pd.Series
    again = pickle.loads(pickle.dumps(table))
    assert isinstance(again, Estimates) and np.array_equal(again["estimate"], plain["estimate"])
    assert repr(table[["sex", "deff"]]) == repr(plain[["sex", "deff"]])  # no longer a table of estimates
    assert repr(table.iloc[:0]) == repr(plain.iloc[:0])


def test_a_promise_tells_which_goals_can_be_measured():
    registry = read(TOWN / "loften.yml")
    answers = cells(registry)
    for goal in registry.goals:
        told_ = answers[f"{goal.id} {goal.title['sv']}"][1]
        assert told_.startswith("ja" if feasible(goal).measurable else "nej")
    goal = registry.goals[0]
    assert "svg" in goal._repr_html_() and f"{goal.id} " in repr(goal)
    promise = registry.promises[0]
    assert promise.goals == registry.goals_of(promise) != ()
    assert set(cells(promise)) == {f"{goal.id} {goal.title['sv']}" for goal in promise.goals}
    assert str(promise).startswith(f"Löfte {promise.id}: ")


def test_promises_and_goals_speak_the_language_of_their_workspace(town):
    settings = (town / "workspace.yml").read_text("utf-8")
    (town / "workspace.yml").write_text(settings.replace("language: sv", "language: en"), "utf-8")
    registry = load(tg.Workspace.open(town, 2017))
    promise = registry.promises[0]
    for item in (registry, promise, registry.goals[0], promise.goals[0]):
        assert "can be" in repr(item) or "can see" in repr(item), repr(item)
    assert repr(promise).startswith(f"Promise {promise.id}: ")
    assert promise.goals == registry.goals_of(promise)
    assert promise.goals[0].title["en"] in seen(promise)
    assert str(read(town / "loften.yml").promises[0]).startswith(f"Löfte {promise.id}: ")


def test_a_half_year_follow_up_tells_its_goals_and_that_none_is_judged(town):
    followup = tg.Followup(tg.Workspace.open(town, 2016), "en", interim=True)
    assert repr(followup).startswith("Kristinehamn 2016: half-year follow-up\n")
    assert "no goal is judged" in seen(followup)
    assert [name.split()[0] for name in cells(followup)] == [goal.id for goal in followup.registry.goals]


def test_a_follow_up_whose_goals_cannot_be_read_says_why(town):
    loften = (town / "loften.yml").read_text("utf-8")
    (town / "loften.yml").write_text(re.sub(r"(?m)^( +)indicator: .*\n", "", loften, count=1), "utf-8")
    assert "L06-NO-INDICATOR" in repr(tg.Followup(tg.Workspace.open(town, 2017)))


def test_a_picture_lists_the_steps_of_the_notebook_in_its_order():
    notebook = json.loads((ROOT / "notebooks" / "lagesbild.ipynb").read_text("utf-8"))
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    steps = re.findall(r"^(?:\w+ = )?(picture\.\w+|tg\.pages\.[\w.]+\(picture\))$", code, re.MULTILINE)
    assert list(lines().values()) == steps
    picture = tg.Picture(tg.Workspace.open(TOWN, 2017))
    assert [row[-1] for row in cells(picture).values()] == steps
    assert "step by step" in repr(tg.Picture(picture.ws, "en"))


def test_tab_lists_public_names_that_all_are_documented():
    public = [name for name in dir(tg) if not name.startswith("__")]
    assert public == sorted(tg.__all__)
    assert [name for name in public if not (getattr(tg, name).__doc__ or "").strip()] == []
    ws = tg.Workspace.open(TOWN, 2017)
    for item in (ws, tg.Picture(ws), tg.SurveyDesign(pd.DataFrame({"a": [1, 2]})), read(TOWN / "loften.yml")):
        listed = [name for name in dir(item) if not name.startswith("__")]
        assert listed and not any(name.startswith("_") for name in listed)
        fields = type(item).__doc__ or ""
        undocumented = [
            name
            for name in listed
            if not re.search(rf"\b{name}\b", fields)
            and not (name in vars(type(item)) and inspect.getattr_static(type(item), name).__doc__)
        ]
        assert undocumented == [], type(item)


@pytest.fixture
def shell():
    made = InteractiveShell.instance()
    yield made
    made.reset(new_session=False)
    InteractiveShell.clear_instance()


def failing(folder: Path) -> str:
    return f"import trygghet as tg\nws = tg.Workspace.open({str(folder)!r}, year=2017)"


@pytest.mark.parametrize(("language", "heading"), [("sv", "3 fel i det som lästes in"), ("en", "3 faults in what was")])
def test_a_wrong_workspace_shows_its_lines_and_no_program_code(town, shell, capsys, language, heading):
    text = (town / "workspace.yml").read_text("utf-8").replace("language: sv", f"language: {language}")
    text = text.replace('code: "1781"', 'code: "19121212-1212"').replace("headline:", "hedline:")
    (town / "workspace.yml").write_text(text, "utf-8")
    shell.run_cell(failing(town))
    shown = capsys.readouterr().out
    assert heading in shown and "%debug" in shown
    assert re.search(r"workspace\.yml:\d+:code: W13", shown) and "W10-UNKNOWN-KEY-NEAR" in shown and "W12" in shown
    assert len(shown.splitlines()) <= 6
    assert "Traceback" not in shown and ".py" not in shown and "1212" not in shown
    assert isinstance(sys.last_value, InputError) and sys.last_value.__traceback__ is not None  # what %debug opens


def test_those_who_program_can_see_everything(town, shell, capsys):
    (town / "workspace.yml").unlink()
    shell.run_cell("%xmode Verbose")
    shell.run_cell(failing(town))
    shell.run_cell("%xmode Context")
    assert "read_settings" in capsys.readouterr().out


def test_an_error_further_in_speaks_the_language_of_what_was_being_worked_on(shell, capsys):
    english = tg.Picture(tg.Workspace.open(TOWN, 2017), "en")
    object.__setattr__(english.ws, "settings", english.ws.settings.model_copy(update={"headline": "nosuch"}))
    shell.push({"picture": english})
    shell.run_cell("picture.headline")
    shown = capsys.readouterr().out
    assert shown.startswith("One fault in what was read") and "W30-UNKNOWN-INDICATOR" in shown
