"""What some respondents write in their own words, and what in it must never get out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trygghet.simulate.model import Town
from trygghet.simulate.specification import for_town, specification


@dataclass(frozen=True)
class Texts:
    """Free texts of a wave.

    Attributes
    ----------
    texts : one for each respondent; empty for those who wrote nothing.
    planted : columns respondent_id, kind (of personal data, or ``hostile``), hidden (the string).
    meant : what each one is about: problem ids and the sentences of the model it was built from; empty for none.
    """

    texts: pd.Series
    planted: pd.DataFrame
    meant: pd.Series


def write_texts(of: Town, answers: pd.DataFrame, *, seed: int, year: int) -> Texts:
    """Texts for a wave's respondents, by what they think and where they live.

    Parameters
    ----------
    answers : of a `Wave`: respondent_id, area and the problem items.
    """
    rng = np.random.default_rng([seed, year, 3])
    model = specification("free_text")
    writes = np.flatnonzero(rng.random(len(answers)) < model["share"]).tolist()
    texts = [""] * len(answers)
    rows = answers.astype(object).to_dict("records")
    meant: list[tuple[str, ...]] = [()] * len(answers)
    for at in writes:
        texts[at], meant[at] = _text(of, rows[at], model, rng)
    planted = []
    special = rng.choice(writes, model["personal_each"] + model["hostile_each"], replace=False).tolist()
    for number, at in enumerate(special):
        if number < model["personal_each"]:
            form = model["personal"][number % len(model["personal"])]
            text, hidden = _personal(form, model, rng)
            kind = form["kind"]
        else:
            start = (year * model["hostile_each"] + number) % len(model["hostile"])
            text = model["hostile"][start]
            kind, hidden = "hostile", [text]
        texts[at] = text
        planted += [(rows[at]["respondent_id"], kind, string) for string in hidden]
    return Texts(
        pd.Series(texts, index=answers.index),
        pd.DataFrame(planted, columns=["respondent_id", "kind", "hidden"]),
        pd.Series(meant, index=answers.index, dtype=object),
    )


def _text(of: Town, row: Mapping[Any, Any], model: Any, rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    """One to three sentences, about a problem the person sees or something general; and what they are about."""
    area = next(place.name for place in of.places if place.id == row["area"])
    seen = [p for p in model["problems"] if row[p] in ("large", "some")]
    weight = np.array([3.0 if row[p] == "large" else 1.0 for p in seen])
    words = {"area": area, "place": _place(of, row["area"], model, rng)}
    words |= {"time": _one(model["times"], rng), "who": _one(model["who"], rng)}
    if not seen or rng.random() < 0.25:
        said = _one(model["general"], rng)
        return _capital(said.format(**words)), (said,)
    chosen = rng.choice(seen, p=weight / weight.sum())
    body = _one(model["problems"][chosen], rng)
    openers = model["openers"] + (model["openers_old"] if row["age"] >= 65 else [])
    sentence = _capital((_one(openers, rng) + body).format(**words))
    end = "" if rng.random() < 0.3 else _one(".!.,", rng).replace(",", "")
    last = _one(model["closers"], rng)
    closer = last.format(**words)
    text = f"{sentence}{end if not closer else end or '.'} {closer}".strip()
    return text.lower() if rng.random() < 0.08 else text, (str(chosen), last)


def _place(of: Town, area: str, model: Any, rng: np.random.Generator) -> str:
    table = for_town(model["places"], of.id)
    return _one(table[area] if isinstance(table, dict) else table, rng)


def _personal(form: dict[str, Any], model: Any, rng: np.random.Generator) -> tuple[str, list[str]]:
    number = int(rng.integers(1740605, 1740700))
    phones = [f"070-{number}", f"070 {number // 10000} {number % 10000:04d}", f"070{number}"]
    words = {
        "name": _one(model["names"], rng),
        "phone": _one(phones, rng),
        "street": _one(model["streets"], rng),
        "pnr": _one(model["personal_numbers"], rng),
        "plate": _one(model["plates"], rng),
        "email": _one(model["emails"], rng),
        "time": _one(model["times"], rng),
    }
    return form["text"].format(**words), [part.format(**words) for part in form["hidden"]]


def _one(choices: Any, rng: np.random.Generator) -> str:
    return str(choices[int(rng.integers(len(choices)))])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
