"""The primary rules of what may be shown, as ``disclosure`` in ``workspace.yml`` sets them for each kind of source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

FEWEST = 10
LOOSER = ("greater_than_equal", "less_than_equal")
"""Kinds of pydantic's errors that mean a value on the loose side of its floor."""


class Rules(BaseModel):
    """What the smallest bases and counts are that may be shown.

    Values may be stricter than the defaults. Each has a floor that no workspace goes below, with its reason in the
    messages (``faults.W70`` to ``W79``).

    Attributes
    ----------
    survey_base : unweighted answers behind a share from a sample; at least 10.
    survey_effective : effective answers (n / Kish deff) behind it; as `survey_base` where it is not given.
    open_base : answers behind a share from a survey that anyone could answer; at least 30.
    staff_base : workplaces or persons behind a share among staff; at least 5.
    staff_margin : a unit's share this near 0 or 1, or nearer, is masked among staff, 0–0.2; 0 masks exactly 0 and 1.
    count : smallest number of persons, other than 0, on either side of a share or among contacts; at least 5.
    incidents : smallest number of reports, other than 0, of an area or a square; at least 5.
    residents : an area or a square where fewer live, but some do, shows no reports; at least 20.
    largest_weight, two_largest_weights : largest part, 0–1, that one answer and two answers together may have of a
        weighted share; at most 0.5 and 0.85.

    Notes
    -----
    A base of effective answers bounds the weights already: the largest part is at most 1 / √n_eff, so 0.18 at 30. The
    two last rules bite where they are made stricter than that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    survey_base: int = Field(default=30, ge=FEWEST)
    survey_effective: float = Field(default=30.0, ge=FEWEST)
    open_base: int = Field(default=50, ge=30)
    staff_base: int = Field(default=10, ge=5)
    staff_margin: float = Field(default=0.0, ge=0.0, lt=0.2)
    count: int = Field(default=5, ge=5)
    incidents: int = Field(default=5, ge=5)
    residents: int = Field(default=50, ge=20)
    largest_weight: float = Field(default=0.5, gt=0.0, le=0.5)
    two_largest_weights: float = Field(default=0.85, gt=0.0, le=0.85)

    @model_validator(mode="before")
    @classmethod
    def _effective_follows(cls, data: Any) -> Any:
        """A base of one's own holds for effective answers too, unless they have their own."""
        base = data.get("survey_base") if isinstance(data, Mapping) else None
        if isinstance(base, int) and base >= FEWEST and "survey_effective" not in data:
            return {**data, "survey_effective": base}
        return data


FLOORS = {
    "survey_base": "W70-SURVEY-BASE",
    "survey_effective": "W71-SURVEY-EFFECTIVE",
    "open_base": "W72-OPEN-BASE",
    "staff_base": "W73-STAFF-BASE",
    "staff_margin": "W74-STAFF-MARGIN",
    "count": "W75-COUNT",
    "incidents": "W76-INCIDENTS",
    "residents": "W77-RESIDENTS",
    "largest_weight": "W78-LARGEST-WEIGHT",
    "two_largest_weights": "W79-TWO-LARGEST-WEIGHTS",
}
"""Rule to the id of the fault that says why it may not be looser."""


def too_loose(location: Sequence[object], kind: str, context: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """The fault of a value on the loose side of its floor, by its place under ``disclosure``; None for others.

    Parameters
    ----------
    location : keys from the top of the file.
    kind, context : pydantic's type of error and what it says besides.

    Returns
    -------
    Id of the fault and what fills its sentence.
    """
    if len(location) != 2 or location[0] != "disclosure" or kind not in LOOSER:
        return None
    floor = context.get("ge", context.get("le"))
    return FLOORS[str(location[1])], {"floor": f"{floor:g}"}
