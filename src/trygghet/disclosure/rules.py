"""What may be shown: the primary rules, one mask for every form a figure takes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.release_rules import Rules

MASKED = ("n_eff", "estimate", "se", "ci_low", "ci_high", "deff")
ROUNDING = 1e-9


def protect(table: pd.DataFrame, rules: Rules | None = None) -> pd.DataFrame:
    """The estimates table with figures that may not be shown emptied and marked.

    The base stays for samples (a reader may know how many answered) and goes with the count for
    incidents, where it is the figure itself. A share of 0 or 100 % among staff is masked too (nearer than
    ``rules.staff_margin``, where it is set): it tells what every one of them said.

    Parameters
    ----------
    table : estimates table.

    Returns
    -------
    A new table; ``suppressed`` True and `MASKED` empty in hidden rows, ``flags`` says why.
    """
    rules = rules or Rules()
    result = table.copy()
    kind, unit, n = result["evidence_class"], result["unit"], result["n"].astype(float)
    share = unit == "share"
    sample = share & kind.isin(["probability", "open"])
    effective = result["n_eff"].fillna(n)
    least = kind.map({"open": rules.open_base}).fillna(rules.survey_base)
    small_sample = sample & ((n < least) | (effective < rules.survey_effective))
    staff = share & (kind == "staff")
    parts = staff & (result["group_by"] != "total")
    small_staff = parts & (n < rules.staff_base)
    unanimous = parts & ((result["estimate"] - 0.5).abs() >= 0.5 - rules.staff_margin - ROUNDING)
    least_count = unit.map({"count": rules.incidents, "mentions": rules.count})
    small_count = (result["group_by"] != "total") & (n > 0) & (n < least_count)
    hidden = small_sample | small_staff | unanimous | small_count | result["suppressed"].astype(bool)
    reasons = {"small_base": small_sample | small_staff, "unanimous": unanimous, "small_count": small_count}
    for reason, rows in reasons.items():
        result.loc[rows, "flags"] = [f"{flag},{reason}".strip(",") for flag in result.loc[rows, "flags"]]
    result["suppressed"] = hidden
    result.loc[hidden, list(MASKED)] = np.nan
    result["n"] = result["n"].astype("Int64")
    result.loc[small_count, "n"] = pd.NA
    return result


def laid_on(table: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    """The estimates table with a mask laid on.

    Parameters
    ----------
    reasons : as the table's rows; why a row is hidden, ending with ``_base`` where its base is hidden too, or empty.
    """
    result, rows = table.copy(), reasons != ""
    result.loc[rows, "flags"] = (result.loc[rows, "flags"] + "," + reasons[rows]).str.strip(",")
    result.loc[rows, "suppressed"] = True
    result.loc[rows, list(MASKED)] = np.nan
    result.loc[reasons.str.endswith("base"), "n"] = pd.NA
    return result
