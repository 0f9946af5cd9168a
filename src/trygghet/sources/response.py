"""Answers held against invitations: the first thing to look at in any wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trygghet.errors import Fault

if TYPE_CHECKING:
    from trygghet.sources.survey import Survey


def response(survey: Survey, by: str) -> pd.DataFrame:
    """Answers against invitations in every category of one variable.

    Parameters
    ----------
    by : a variable of the answers and of the invited file.

    Returns
    -------
    columns by, n_invited, n_answered, share (0–1); empty when the invited are not known by it.
    """
    columns = [by, "n_invited", "n_answered", "share"]
    if survey.invited is None or by not in survey.invited or by not in survey.answers:
        return pd.DataFrame(columns=columns)
    invited = survey.invited.groupby(by, observed=False)["n_invited"].sum()
    answered = survey.answers[by].value_counts().reindex(invited.index, fill_value=0)
    frame = pd.DataFrame({"n_invited": invited.astype(int), "n_answered": answered.astype(int)})
    frame["share"] = frame["n_answered"] / frame["n_invited"].where(frame["n_invited"] > 0)
    return frame.rename_axis(by).reset_index()[columns]


def more_than_invited(survey: Survey) -> list[Fault]:
    """S10 for every sub-area with more answers than invitations: the frame or the codes are wrong.

    S48 for the whole survey where only the number of those invited is told.
    """
    told, n = survey.wave.wave.invited_n, len(survey.answers)
    if survey.invited is None and told and n > told:
        values = {"answered": n, "invited": told}
        return [Fault(survey.file, 0, "invited_n", "S48-MORE-THAN-INVITED-N", values)]
    found = response(survey, "area")
    wrong = found[found["n_answered"] > found["n_invited"]]
    column = survey.codebook.variables["area"].column if len(wrong) else ""
    return [
        Fault(
            survey.file,
            0,
            column or "area",
            "S10-MORE-THAN-INVITED",
            {"area": row["area"], "answered": row["n_answered"], "invited": row["n_invited"]},
        )
        for row in wrong.to_dict("records")
    ]
