"""From files to pages, whole: the second municipality, a changed answer, a report that fails, the same bytes twice."""

import json
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

import trygghet as tg
from trygghet import cli, simulate

from .example_data import GSS, TOWN

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def build(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", *map(str, arguments)])
    return int(stopped.value.code or 0)


def town(tmp_path: Path, reports: str = "{2017: [lagesbild, utvardering]}") -> Path:
    copy = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    settings = copy / "workspace.yml"
    text = settings.read_text("utf-8")
    settings.write_text(text[: text.index("\nreports:")] + f"\nreports: {reports}\n", "utf-8")
    return copy


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    assert build(town(tmp_path_factory.mktemp("data")), "--out", out) == 0
    return out


def test_pages_tables_manifest_and_index_are_there(built):
    folder = built / "kristinehamn" / "2017"
    assert sorted(path.name for path in folder.iterdir()) == [
        "lagesbild.html",
        "manifest.json",
        "tabeller-utvardering.csv",
        "tabeller-utvardering.xlsx",
        "tabeller.csv",
        "tabeller.xlsx",
        "utvardering.html",
    ]
    index = (built / "index.html").read_text("utf-8")
    for report in ("lagesbild", "utvardering"):
        assert f'href="kristinehamn/2017/{report}.html"' in index


@pytest.mark.parametrize(
    "page", ["index.html", "kristinehamn/2017/lagesbild.html", "kristinehamn/2017/utvardering.html"]
)
def test_pages_hold_everything_and_run_nothing(built, page):
    html = (built / page).read_text("utf-8")
    assert "<script" not in html.lower()
    assert not re.search(r"\son\w+\s*=", html)
    assert "javascript:" not in html.lower()
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""", html)
    assert str(ROOT) not in html
    assert "Content-Security-Policy" in html


def test_nothing_a_respondent_wrote_is_published(built):
    truth = json.loads((TOWN / "truth.json").read_text("utf-8"))
    survey = tg.sources.read_survey(tg.Workspace.open(TOWN, "2017"))
    texts = [text for text in survey.raw["fritext"].dropna() if len(text) > 25]
    assert len(texts) > 50
    assert truth
    published = "".join(path.read_text("utf-8") for path in built.rglob("*.html"))
    assert [text for text in texts if text in published] == []


def test_the_page_says_that_answers_are_simulated(built):
    assert "simulerade" in (built / "kristinehamn/2017/lagesbild.html").read_text("utf-8")


def test_figures_on_the_page_are_those_of_the_estimates(built):
    picture = tg.Picture(tg.Workspace.open(TOWN, "2017"))
    row = picture.survey_estimates.query("indicator == 'unsafe_night' and group_by == 'total'").iloc[0]
    html = (built / "kristinehamn/2017/lagesbild.html").read_text("utf-8")
    assert f"{round(100 * row['estimate'])} av 100 är otrygga ute sent på kvällen" in html


def test_the_workbook_holds_the_tables_as_text_and_no_formula(built):
    book = load_workbook(built / "kristinehamn/2017/tabeller.xlsx")
    assert len(book.sheetnames) > 10
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_the_manifest_names_inputs_by_hash_and_no_path_of_the_machine(built):
    text = (built / "kristinehamn/2017/manifest.json").read_text("utf-8")
    reports = json.loads(text)["reports"]
    assert set(reports) == {"lagesbild", "utvardering"}
    assert "2017/trygghetsenkat.csv" in reports["lagesbild"]["inputs"]
    assert reports["lagesbild"]["disclosure"]["survey_base"] == 30
    assert reports["lagesbild"]["versions"]["pandas"]
    assert "/work" not in text
    assert "/tmp" not in text


def test_a_changed_answer_file_changes_the_numbers_and_the_same_files_give_the_same_bytes(built, tmp_path):
    copy = town(tmp_path, "{2017: [lagesbild]}")
    before = (built / "kristinehamn/2017/lagesbild.html").read_bytes()
    assert build(copy, "--year", "2017", "--out", tmp_path / "same") == 0
    assert (tmp_path / "same/kristinehamn/2017/lagesbild.html").read_bytes() == before

    shutil.rmtree(copy / ".trygghet")  # nothing of the first build was published, so nothing is remembered
    path = copy / "2017" / "trygghetsenkat.csv"
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    f1 = lines[0].split(";").index("f1")
    for number in range(1, 200):  # the first answers all become "very unsafe"
        cells = lines[number].split(";")
        cells[f1] = "4"
        lines[number] = ";".join(cells)
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert build(copy, "--year", "2017", "--out", tmp_path / "changed") == 0
    after = (tmp_path / "changed/kristinehamn/2017/lagesbild.html").read_text("utf-8")
    share = re.search(r"(\d+) av 100 är otrygga ute sent", after)
    assert int(share[1]) > 40
    assert f"{share[1]} av 100 är otrygga ute sent" not in before.decode("utf-8")


def test_a_report_that_fails_keeps_its_former_page_and_stops_no_other(built, tmp_path, capsys):
    copy = town(tmp_path)
    out = Path(shutil.copytree(built, tmp_path / "reports"))
    before = (out / "kristinehamn/2017/utvardering.html").read_bytes()
    goals = copy / "loften.yml"
    goals.write_text(goals.read_text("utf-8").replace("target:", "targett:", 1), "utf-8")
    assert build(copy, "--out", out) == 1
    said = capsys.readouterr().err
    assert re.search(r"loften\.yml:\d+:.*L\d\d", said)
    assert "1 av 2 rapporter klara" in said
    assert (out / "kristinehamn/2017/utvardering.html").read_bytes() == before


def test_an_invented_second_municipality(tmp_path):
    """`init`, then its files put in place, then `build`: nothing else."""
    folder, made = tmp_path / "granstad", tmp_path / "source"
    areas = ["Centrum", "Norra", "Södra", "Landsbygden"]
    simulate.write_town(made, code="1785", seed=7, name="Granstad", areas=areas)
    with pytest.raises(SystemExit) as stopped:
        options = [f"--area={name}" for name in areas]
        cli.main(["init", str(folder), "--name=Granstad", "--code=1785", "--year=2017", *options])
    assert not stopped.value.code

    for file in (
        "trygghetsenkat.csv",
        "urval.csv",
        "arbetsplatstraffar.xlsx",
        "polisens_medarbetare.csv",
        "dialoger.csv",
    ):
        shutil.copyfile(made / "2017" / file, folder / "2017" / file)
    shutil.copyfile(made / "befolkning.csv", folder / "befolkning.csv")
    shutil.copyfile(next(made.glob("anmalda_brott*.csv")), folder / "anmalda_brott.csv")

    assert build(folder, "--out", tmp_path / "reports") == 0
    html = (tmp_path / "reports/granstad/2017/lagesbild.html").read_text("utf-8")
    assert "Granstads kommun" in html
    assert "Landsbygden" in html
    assert "Kristinehamn" not in html


@pytest.mark.parametrize(("year", "share"), [("2016", 0.298), ("2018", 0.339)])
def test_the_gss_page_gives_the_known_weighted_shares(year, share):
    picture = tg.Picture(tg.Workspace.open(GSS, year))
    rows = picture.survey_estimates
    row = rows[(rows["indicator"] == "fear_walking_night") & (rows["group_by"] == "total")].iloc[0]
    assert round(row["estimate"], 3) == share
    assert row["ci_low"] < share < row["ci_high"]


@pytest.mark.parametrize(("year", "shown"), [("2016", "29,8"), ("2018", "33,9")])
def test_the_gss_page_prints_them_with_their_intervals(tmp_path, year, shown):
    gss, out = shutil.copytree(GSS, tmp_path / "gss"), tmp_path / "reports"
    assert build(gss, "--year", year, "--report", "lagesbild", "--out", out) == 0
    html = (out / f"gss/{year}/lagesbild.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    row = re.search(rf"Alla</th>.{{0,200}}?{shown} %.{{0,200}}?(\d\d,\d)–(\d\d,\d)", html, re.S)
    assert row
    low, high = (float(limit.replace(",", ".")) for limit in row.groups())
    assert low < float(shown.replace(",", ".")) < high
