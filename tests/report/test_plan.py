"""What a build is to make, and parameters that stay what they are."""

from pathlib import Path

import pytest

from trygghet.errors import InputError
from trygghet.report import plan


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
    with pytest.raises(InputError, match="slug"):
        plan.jobs([town(tmp_path, "Grön Stad")])
