"""A sample of the free texts marked by people: by what the writer meant, not by the dictionary, with slips."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.simulate.free_text import Texts
from trygghet.simulate.model import Town
from trygghet.simulate.specification import for_town, specification

ASKED = 120


def hand_coded(of: Town, answers: pd.DataFrame, texts: Texts, year: str) -> pd.DataFrame:
    """Columns År, lopnr and Teman (separated by ``|``) for a sample of those who wrote something of their own.

    Texts with planted personal data are left out; a marker sees only what is cleared.
    """
    rng = np.random.default_rng([of.seed, int(year), 31])
    model = specification("free_text")["hand_coded"]
    ids = answers["respondent_id"].astype(str)
    planted = set(texts.planted["respondent_id"].astype(str))
    wrote = [at for at in range(len(ids)) if texts.meant.iloc[at] and ids.iloc[at] not in planted]
    chosen = np.sort(rng.choice(wrote, min(ASKED, len(wrote)), replace=False))
    rows = []
    for at in chosen.tolist():
        themes = sorted({model["themes"][part] for part in texts.meant.iloc[at] if part in model["themes"]})
        seen = [theme for theme in themes if theme and rng.random() >= model["missed"]]
        rows.append((year, ids.iloc[at], "|".join(seen)))
    return pd.DataFrame(rows, columns=["År", "lopnr", "Teman"])


def gazetteer(of: Town) -> pd.DataFrame:
    """Columns Plats and Delområde: the places people write of; no rows for a town without places of its own."""
    places = for_town(specification("free_text")["places"], of.id)
    names = {place.id: place.name for place in of.places}
    known = places.items() if isinstance(places, dict) else ()
    rows = [(name[:1].upper() + name[1:], names[area]) for area, own in known for name in own]
    return pd.DataFrame(rows, columns=["Plats", "Delområde"])
