"""What a build is to make, and parameters that stay what they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from trygghet.errors import InputError
from trygghet.report import plan, run

from ..example_data import TOWN


def town(folder: Path, name: str = "granstad", extra: str = "") -> Path:
    path = folder / name
    path.mkdir(parents=True)
    path.joinpath("workspace.yml").write_text(
        'name: Granstad\ncode: "0180"\nareas: [{id: a, name: A}]\nheadline: unsafe_night\nsources: {}\n'
        f"reports: {{2016: [lagesbild], 2017: [utvardering, lagesbild]}}\n{extra}",
        encoding="utf-8",
    )
    return path


def test_every_report_of_every_year_in_order(tmp_path):
    jobs = plan.jobs([town(tmp_path)])
    assert [(job.year, job.report) for job in jobs] == [
        ("2016", "lagesbild"),
        ("2017", "lagesbild"),
        ("2017", "utvardering"),
    ]
    assert jobs[0].place == "granstad/2016/lagesbild.html"


def test_years_and_reports_choose(tmp_path):
    jobs = plan.jobs([town(tmp_path)], years=["2017"], reports=["lagesbild"])
    assert [(job.year, job.report) for job in jobs] == [("2017", "lagesbild")]


def test_nothing_to_build_is_said(tmp_path):
    with pytest.raises(InputError, match=r"W06.*1999"):
        plan.jobs([town(tmp_path)], years=["1999"])


def test_faults_of_all_workspaces_come_together(tmp_path):
    first, second = town(tmp_path, "ett", "unknown_a: 1\n"), town(tmp_path, "tva", "unknown_b: 1\n")
    with pytest.raises(InputError) as caught:
        plan.jobs([first, second])
    assert {fault.column for fault in caught.value.faults} == {"unknown_a", "unknown_b"}


def test_two_workspaces_of_one_name_are_not_mixed(tmp_path):
    with pytest.raises(InputError, match="W07"):
        plan.jobs([town(tmp_path / "x"), town(tmp_path / "y")])


def test_parameters_are_text_and_codes_stay_text(tmp_path):
    job = plan.jobs([town(tmp_path)], years=["2016"])[0]
    assert job.parameters == {"workspace": str(tmp_path / "granstad"), "year": "2016", "language": "sv"}
    with pytest.raises(InputError):
        plan.Job(tmp_path, "granstad", 2016, "lagesbild", "sv").parameters  # type: ignore[arg-type]


def test_a_folder_name_that_is_no_address_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"W26-FOLDER-NAME.*gron_stad"):
        plan.jobs([town(tmp_path, "Grön Stad")])


def test_a_workspace_that_misses_a_file_fails_alone_with_one_line_a_file(tmp_path, monkeypatch):
    first, second = town(tmp_path, "ett", "boundaries: karta.geojson\n"), town(tmp_path, "tva")
    jobs = plan.jobs([first, second], years=["2017"])
    assert [(job.slug, bool(job.missing)) for job in jobs] == [("ett", True)] * 2 + [("tva", False)] * 2
    monkeypatch.setattr(run, "unchanged", lambda job, *_, **__: job.slug == "tva")  # no kernel: it stands as it is
    outcomes = run.build(jobs, tmp_path / "out", tmp_path / "work")
    assert [outcome.good for outcome in outcomes] == [False, False, True, True]
    (line,) = {outcome.error for outcome in outcomes if not outcome.good}
    assert re.fullmatch(r"ett/karta\.geojson:-:-: T01-NO-FILE filen finns inte; [^\n]+", line)
    with pytest.raises(InputError, match="T01"):
        plan.jobs([first, town(tmp_path, "tre", "boundaries: b.geojson\n")])


def test_every_missing_file_is_named_before_any_report_is_started(tmp_path):
    survey = "kind: survey, evidence_class: probability, codebook: bok.yml"
    files = {"2016": "a.csv", "2017": "b.csv"}
    dated = [f'"{year}": {{file: {file}, from: {year}-01-01, to: {year}-02-01}}' for year, file in files.items()]
    path = town(tmp_path)
    text = path.joinpath("workspace.yml").read_text(encoding="utf-8")
    sources = f"sources: {{citizens: {{{survey}, waves: {{{', '.join(dated)}}}}}}}"
    path.joinpath("workspace.yml").write_text(
        text.replace("sources: {}", sources) + "boundaries: karta.geojson\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as error:
        plan.jobs([path], years=["2017"])
    named = [(fault.file, fault.rule) for fault in error.value.faults]
    # The wave of 2016 is what 2017 is compared with, so its file is needed too.
    assert sorted(named) == [(file, "T01-NO-FILE") for file in ("a.csv", "b.csv", "bok.yml", "karta.geojson")]
    for file in ("a.csv", "b.csv", "bok.yml", "karta.geojson"):
        path.joinpath(file).touch()
    assert [job.year for job in plan.jobs([path], years=["2017"])] == ["2017", "2017"]


def test_the_workspace_with_the_most_reports_is_handed_out_first_and_each_keeps_its_order():
    folders = {"a": ("2016",), "b": ("2016", "2017", "2018"), "c": ("2017",)}
    jobs = [
        plan.Job(Path("/tmp", name), name, year, "lagesbild", "sv") for name, years in folders.items() for year in years
    ]
    handed = [[(job.slug, job.year) for job in group] for group in run.groups(jobs)]
    assert handed == [[("b", "2016"), ("b", "2017"), ("b", "2018")], [("a", "2016")], [("c", "2017")]]


def test_what_a_build_needs_to_find_out_that_nothing_has_changed_is_light():
    """Kernels import pandas and the like; a build that makes nothing must not wait for them."""
    code = "import sys; from trygghet.report import far, plan, run, site, verify; from pathlib import Path\n"
    code += "with far.workspaces([sys.argv[1]]) as found: plan.jobs(found.folders)\n"
    code += "print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[2:])))"
    heavy = ["numpy", "pandas", "scipy", "pyarrow", "matplotlib", "statsmodels", "fsspec", "nbconvert", "IPython"]
    said = subprocess.run([sys.executable, "-c", code, TOWN, *heavy], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
