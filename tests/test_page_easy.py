"""The easy-to-read parts: short words and sentences, no percent, and the numbers that the rest of the page has."""

import re
from dataclasses import replace

import pytest

import trygghet as tg
from trygghet import estimates as est
from trygghet.blocks import Section
from trygghet.pages import easy

from .example_data import TOWN, opened


def text_of(blocks) -> str:
    return "\n".join("\n".join(getattr(block, "texts", ())) for block in blocks)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.!?:]\s", text + " ") if part.strip()]


def lix(text: str) -> float:
    """Läsbarhetsindex (Björnsson 1968): words a sentence, and long words (over six letters) in a hundred."""
    words = re.findall(r"[^\W\d_]+|\d[\d\s]*", text)
    return len(words) / len(sentences(text)) + 100 * sum(len(word) > 6 for word in words) / len(words)


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def followups(picture):
    before = tg.Workspace.open(TOWN, year="2016")
    return {"promised": tg.Followup(before), "outcome": tg.Followup(picture.ws)}


@pytest.fixture(scope="module")
def parts(picture, followups):
    return {
        "situation": easy.situation(picture),
        "promises": easy.promises(followups["promised"]),
        "outcome": easy.outcome(followups["outcome"]),
    }


def test_lix_knows_an_easy_text_from_a_hard_one():
    assert lix("Vi bor i en stad. Vi är trygga.") < 10
    assert lix("Myndighetsövergripande samverkansformer möjliggör trygghetsskapande verksamhetsutveckling.") > 80


@pytest.mark.parametrize("name", ["situation", "promises", "outcome"])
def test_the_swedish_is_easy(parts, name):
    head, *rest = parts[name]
    text = text_of(rest)
    assert isinstance(head, Section) and head.id == "lattlast" and head.title == "Lättläst"
    assert lix(text) <= 30
    assert max(len(part.split()) for part in sentences(text)) <= 18
    ours = re.sub(r"Målet var: [^.]*", "", text)  # a goal's title is the municipality's own
    assert not re.search(r"%|procent|intervall|signifikan|indikator|estimat|konfidens", ours)
    assert "Svaren är påhittade." in text


def test_the_numbers_are_those_of_the_page(picture, parts):
    text = text_of(parts["situation"])
    row = est.one(picture.survey_estimates, picture.headline.id)
    assert f"{round(100 * row['estimate'])} av 100 är otrygga ute sent på kvällen." in text
    assert text.count("av 100") == 7  # all, two groups, the wave before, three problems
    assert "Vi vet inte om det har ändrats." in text  # the change is within chance, as the summary says


def test_every_goal_is_told_with_its_verdict_and_both_years(followups, parts):
    results, text = followups["outcome"].results, text_of(parts["outcome"])
    assert text.count("Målet var:") == len(results)
    assert text.count("Vi nådde målet.") == sum(result.label == "reached" for result in results)
    assert text.count("År 2016 var det") == text.count("År 2017 var det") == len(results)


def test_a_level_that_is_hidden_on_the_page_is_hidden_here(followups):
    result = next(item for item in followups["outcome"].results if item.goal.is_count)
    small = replace(result, after=replace(result.after, below=5))
    said = " ".join(easy._result(small, followups["outcome"].picture.words))
    assert "för små" in said and f"{result.before.estimate:.0f} brott" not in said


def test_the_promises_say_where_things_stand_and_what_they_are_to_become(parts):
    text = text_of(parts["promises"])
    assert "58 av 100 är otrygga ute sent på kvällen (kvinnor, Centrum). Det ska bli högst 51 av 100." in text
    assert "Vi lovar 4 saker." in text and "Det gör vi år 2017." in text


def test_english_is_easy_too(picture):
    text = text_of(easy.situation(tg.Picture(picture.ws, "en", picture._cache)))
    assert "30 in 100 feel unsafe outdoors late in the evening." in text
    assert max(len(part.split()) for part in sentences(text)) <= 16
    assert "%" not in text and "per cent" not in text


def test_without_a_survey_and_at_the_half_year_there_is_nothing(picture):
    bare = picture.ws.settings.model_copy(update={"sources": {}})
    assert easy.situation(tg.Picture(replace(picture.ws, settings=bare))) == ()
    assert easy.outcome(tg.Followup(picture.ws, interim=True)) == ()
