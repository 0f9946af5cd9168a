"""What may stand on a map: the one door between reported crime and everything that shows where it happened."""

from __future__ import annotations

import pandas as pd

from trygghet.problems import Offences


def mappable(incidents: pd.DataFrame, offences: Offences) -> pd.DataFrame:
    """Reports whose offence group may be placed on a map.

    Parameters
    ----------
    incidents : a row each report, column ``offence_group``.
    offences : the groups; those flagged ``sensitive`` (violence in close relationships, sexual offences) are left
        out, and so is every group not among them.

    Returns
    -------
    The rows that may be shown, as they were.

    Notes
    -----
    A code in no group is left out as well: among them are violence against children and in homes, and a map must
    not show what nobody has said that it may.
    """
    return incidents[incidents["offence_group"].isin(offences.on_maps)]
