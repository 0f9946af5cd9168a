"""The ground of every settings file's models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, and refusing every key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
