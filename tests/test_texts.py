"""Free text: what the dictionary finds and takes back, places, and numbers that must not get out."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trygghet.resources import shipped
from trygghet.texts import (
    Pattern,
    TextError,
    code_themes,
    find_places,
    read_themes,
    scrub,
    theme_agreement,
)
from trygghet.yamlfile import read_yaml

from .example_data import TOWN
from .saying import said

DARK, DRUGS, GROUPS = "Belysning och mörker", "Alkohol och droger", "Grupper och stök"


def themes_of(text: str) -> set[str]:
    row = code_themes(pd.Series([text])).coded.iloc[0]
    return set(row.index[row])


@pytest.mark.parametrize(
    ("text", "theme", "counts"),
    [
        ("Gatubelysningen är trasig", DARK, True),
        ("Ingen belysning alls på gångvägen", DARK, True),
        ("BELYSNINGEN!", DARK, True),
        ("Det är mörkt i tunneln", DARK, True),
        ("Det är inte mörkt i tunneln", DARK, False),
        ("Vågar inte gå ut när det är mörkt", DARK, False),
        ("Ungdomsgäng på torget", GROUPS, True),
        ("Inga gäng här", GROUPS, False),
        ("Har aldrig sett några gäng", GROUPS, False),
        ("Gäng är inget problem här", GROUPS, False),
        ("Vågar inte gå förbi gänget vid kiosken", GROUPS, True),
        ("Inte bara gäng utan även bilar", GROUPS, True),
        ("Inte bilarna utan gängen är det värsta", GROUPS, True),
        ("Det finns inte. Gängen däremot!", GROUPS, True),
        ("Tillgängligheten är bra", GROUPS, False),
        ("Inga problem med droger", DRUGS, False),
        ("De langar knark", DRUGS, True),
    ],
)
def test_what_counts_and_what_is_taken_back(text, theme, counts):
    assert (theme in themes_of(text)) is counts


def test_composed_and_decomposed_letters_are_the_same():
    assert themes_of("ga\u0308ng vid kiosken") == themes_of("gäng vid kiosken") == {GROUPS}


def test_every_hit_is_kept_with_its_pattern_and_why_it_does_not_count():
    coding = code_themes(pd.Series(["Inga gäng men mycket knark", None, "", "Hej"], index=list("abcd")))
    hits = coding.hits.set_index("pattern")
    assert hits.loc["*gäng*", ["answer", "words", "why"]].tolist() == ["a", "gäng", "negated"]
    assert hits.loc["*knark*", "why"] == ""
    assert (coding.n_written, coding.uncoded_share) == (2, 0.5)
    assert coding.counts[DRUGS] == 1 and coding.counts[GROUPS] == 0


def test_words_of_uncoded_answers_help_to_extend_the_dictionary():
    coding = code_themes(pd.Series(["vildsvin i parken"] * 6 + ["knark och älgar"] * 9))
    assert coding.uncoded_words().to_dict() == {"parken": 6, "vildsvin": 6}


def simulated_answers() -> tuple[pd.Series, pd.DataFrame]:
    """The simulator's sentences filled in, with the theme of the problem each was written for."""
    model = read_yaml(shipped("data", "reference", "simulation", "free_text.yml"))
    of = {"p01": "Skräp och skötsel", "p02": "Skadegörelse och klotter", "p04": DARK, "p06": "Trafik", "p11": DRUGS,
          "p19": "Stöld och inbrott", "p20": "Stöld och inbrott", "p22": "Stöld och inbrott",
          "p26": "Bedrägerier"}  # fmt: skip
    rows = [(of[p], text) for p, texts in model["problems"].items() if p in of for text in texts]
    rows += [("", text) for text in model["general"]]
    filled = {"place": "Norra torget", "time": "på kvällarna", "who": "ungdomar", "area": "Marieberg"}
    texts = pd.Series([text.format(**filled) for _, text in rows])
    names = list(dict.fromkeys(of.values()))
    return texts, pd.DataFrame({name: [theme == name for theme, _ in rows] for name in names})


def test_the_shipped_dictionary_against_sentences_written_for_known_problems():
    texts, hand = simulated_answers()
    table = theme_agreement(code_themes(texts).coded, hand)
    assert (table["both"].sum() / (table["both"] + table["only_hand"]).sum()) >= 0.95
    assert (table["both"].sum() / (table["both"] + table["only_coded"]).sum()) >= 0.9


def test_agreement_in_hand_counted_numbers():
    coded = pd.DataFrame({"t": [True] * 8 + [True] * 2 + [False] * 4 + [False] * 86})
    hand = pd.DataFrame({"t": [True] * 8 + [False] * 2 + [True] * 4 + [False] * 86})
    row = theme_agreement(coded, hand).iloc[0]
    assert (row["both"], row["only_coded"], row["only_hand"], row["n"], row["enough"]) == (8, 2, 4, 100, True)
    assert (row["precision"], row["recall"]) == (0.8, pytest.approx(8 / 12))
    # Wilson's interval of 8 of 10, as published: 0.4902 to 0.9433
    assert (row["precision_lo"], row["precision_hi"]) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    chance = 0.10 * 0.12 + 0.90 * 0.88
    assert row["kappa"] == pytest.approx((0.94 - chance) / (1 - chance))
    assert row["alpha"] == pytest.approx(row["kappa"], abs=0.01)


def test_a_theme_by_hand_that_is_not_in_the_dictionary_is_refused():
    with pytest.raises(TextError):
        theme_agreement(pd.DataFrame({"a": [True]}), pd.DataFrame({"b": [True]}))


def test_a_dictionary_of_ones_own_as_excel_saves_it(tmp_path: Path):
    path = tmp_path / "teman.csv"
    path.write_text("theme;pattern;negation\nVilt;*svin*;\nVilt;älg*;keeps\n", encoding="utf-8-sig")
    own = read_themes(path)
    assert own == (Pattern("Vilt", "*svin*"), Pattern("Vilt", "älg*", keeps=True))
    assert code_themes(pd.Series(["inga vildsvin", "inga älgar"]), own).coded["Vilt"].tolist() == [False, True]


@pytest.mark.parametrize("text", ["tema,pattern\na,b\n", "theme,pattern\n,b\n", "theme,pattern\na,*\n"])
def test_a_faulty_dictionary_says_where(tmp_path: Path, text: str):
    path = tmp_path / "teman.csv"
    path.write_text(text, encoding="utf-8")
    with said(TextError, r"teman\.csv"):
        read_themes(path)


def test_the_shipped_dictionary_has_no_pattern_twice():
    rows = [(pattern.theme, pattern.pattern) for pattern in read_themes()]
    assert len(rows) == len(set(rows)) > 80
    assert all(pattern.theme_en for pattern in read_themes())


GAZETTEER = pd.DataFrame(
    {
        "name": ["Norra torget", "Torget", "Marieberg", "Kvarnen", "Kvarnen", "Skolan", "Ruds skog"],
        "area": ["centrum", "centrum", "marieberg", "olme", "visnum", "olme", "visnum"],
        "alias": ["", "", "Mariebergs centrum|Mb", "", "", "", ""],
    }
)


def test_places_by_longest_name_ending_and_alias():
    texts = pd.Series(
        ["Vid norra  torget", "Mariebergs gångtunnel", "mb och Marieberg", "Ruds skogs kant", "Mariebergare"]
    )
    places = find_places(texts, GAZETTEER)
    assert places.found[["answer", "name"]].to_numpy().tolist() == [
        [0, "Norra torget"], [1, "Marieberg"], [2, "Marieberg"], [3, "Ruds skog"],
    ]  # fmt: skip
    assert places.ambiguous.empty
    assert places.by_area.to_dict() == {"marieberg": 2, "centrum": 1, "visnum": 1}


def test_what_may_mean_several_places_or_is_a_common_word_is_listed_not_guessed():
    places = find_places(pd.Series(["vid kvarnen", "på torget"]), GAZETTEER)
    assert places.found.empty
    assert places.ambiguous[["form", "why"]].to_numpy().tolist() == [
        ["kvarnen", "several_places"], ["torget", "common_word"],
    ]  # fmt: skip
    assert places.ambiguous["candidates"].iloc[0] == "Kvarnen (olme); Kvarnen (visnum)"


def luhn(nine: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(nine))
    return str(-total % 10)


def numbers(n: int, *, coordination: bool, seed: int) -> list[tuple[str, str, str]]:
    """Century, six digits and four digits of personal numbers with a right check digit."""
    rng = np.random.default_rng(seed)
    made = []
    for days, serial in zip(rng.integers(0, 40_000, n), rng.integers(0, 1000, n), strict=True):
        day = date(1911, 1, 1) + timedelta(days=int(days))
        six = f"{day:%y%m}{day.day + 60 * coordination:02d}"
        made.append((f"{day.year // 100}", six, f"{serial:03d}" + luhn(six + f"{serial:03d}")))
    return made


FORMATS = {
    "10": "{six}{four}", "10-": "{six}-{four}", "10+": "{six}+{four}", "10 space": "{six} {four}",
    "10 dash": "{six}–{four}", "12": "{c}{six}{four}", "12-": "{c}{six}-{four}", "12 space": "{c}{six} {four}",
    "iso": "{c}{six[0]}{six[1]}-{six[2]}{six[3]}-{six[4]}{six[5]}-{four}",
    "parts": "{six[0]}{six[1]} {six[2]}{six[3]} {six[4]}{six[5]} {four}",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("coordination", [False, True])
def test_personal_numbers_in_every_way_of_writing(form, coordination):
    given = numbers(300, coordination=coordination, seed=1)
    texts = pd.Series([f"Mitt nr är {FORMATS[form].format(c=c, six=six, four=four)}, ring." for c, six, four in given])
    result = scrub(texts)
    left = [text for text, (_, _, four) in zip(result.texts, given, strict=True) if four in text]
    assert left == []
    kinds = result.found["kind"].value_counts()
    assert kinds["personal_number"] >= 297
    assert not result.found["suspected"].any()


def test_a_wrong_check_digit_is_still_taken_out_but_suspected():
    result = scrub(pd.Series(["811218-9876", "811218-9875", "811318-9876"]))
    assert result.found["suspected"].tolist() == [False, True]
    assert result.texts.tolist() == ["[personnummer]", "[personnummer?]", "811318-9876"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("070-174 06 05", "phone"), ("0701740605", "phone"), ("+46 70 174 06 05", "phone"),
        ("00 46 70 174 06 05", "phone"), ("+46 (0)70-1740605", "phone"), ("08-465 004 00", "phone"),
        ("0550–12 34 56", "phone"), ("070/174 06 05", "phone"), ("(08) 465 004 00", "phone"),
        ("anna.b@example.com", "email"), ("anna(at)example.se", "email"), ("https://example.com/a?b=1", "url"),
        ("www.example.org/x", "url"), ("example.se", "url"), ("APA 417", "plate"), ("GUD77T", "plate"),
        ("apa951", "plate"), ("5000-K123456-19", "case_number"), ("K654321-20", "case_number"),
        ("Storgatan 12 B", "street"), ("Norra Kungsgatan 5", "street"), ("Södra vägen 14", "street"),
        ("provvägen 3b", "street"), ("Kyrkbacken 8", "street"), ("Björkallén 101", "street"),
    ],
)  # fmt: skip
def test_numbers_and_addresses_that_point_to_a_person(text, kind):
    result = scrub(pd.Series([f"Kontakta mig, {text}, tack"]), language="en")
    assert result.found["kind"].tolist() == [kind]
    assert text not in result.texts[0]
    assert result.texts[0].startswith("Kontakta mig, [") and result.texts[0].endswith("], tack")


@pytest.mark.parametrize(
    "text",
    ["Ring 114 14 eller 112", "Bott här i 40 år", "Klockan 22.30 till 23", "2016-05-12", "Kostade 12 500 kr", "E18",
     "linje 12", "hus 123", "p.g.a. bilar m.m.", "Fråga 7 var svår", "2016/2017", "1 000 000 kronor", "SEK 410,000"],
)  # fmt: skip
def test_ordinary_text_is_left_alone(text):
    assert scrub(pd.Series([text])).texts[0] == text


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_what_is_planted_in_the_simulated_town_does_not_get_through(year):
    encoding = {"2016": "cp1252", "2017": "utf-8-sig"}[year]
    with (TOWN / year / "trygghetsenkat.csv").open(encoding=encoding, newline="") as file:
        texts = {row["lopnr"]: row["fritext"] for row in csv.DictReader(file, delimiter=";")}
    planted = json.loads((TOWN / "truth.json").read_text(encoding="utf-8"))["planted"][year]["texts"]
    numbered = [row for row in planted if any(c.isdigit() for c in row["hidden"]) or "@" in row["hidden"]]
    numbered = [row for row in numbered if row["kind"] != "hostile"]
    assert len(numbered) >= 6
    clean = scrub(pd.Series(texts)).texts
    assert all(row["hidden"] in texts[row["respondent_id"]] for row in numbered)
    assert [row["kind"] for row in numbered if row["hidden"] in clean[row["respondent_id"]]] == []


def test_missing_stays_missing_and_the_finds_hold_no_text():
    result = scrub(pd.Series(["811218-9876", None], index=["a", "b"]))
    assert result.texts.isna().tolist() == [False, True]
    assert list(result.found.columns) == ["answer", "kind", "suspected"]
