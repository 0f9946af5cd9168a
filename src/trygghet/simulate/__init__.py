"""Simulated towns with known truth: the embedded example, and what tests measure against.

``town(seed)`` is the truth, ``survey(town, year, seed=…)`` one survey of it, ``truth(town, year, …)`` what
an estimate should hit, ``write_town(folder, …)`` all the files of a workspace.
"""

from trygghet.simulate.answers import Wave, survey
from trygghet.simulate.model import Town, margins, reply_chance, town, truth
from trygghet.simulate.opinions import Item
from trygghet.simulate.places import Place
from trygghet.simulate.write import files, write_town

__all__ = [
    "Item",
    "Place",
    "Town",
    "Wave",
    "files",
    "margins",
    "reply_chance",
    "survey",
    "town",
    "truth",
    "write_town",
]
