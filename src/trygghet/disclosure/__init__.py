"""What may be shown: primary rules, what must go with it, what was released before, what could be worked out."""

from trygghet.disclosure.bounds import bounds, exposed
from trygghet.disclosure.counts import HiddenCounts, hide_counts
from trygghet.disclosure.dominance import hide_dominated
from trygghet.disclosure.joint import entry
from trygghet.disclosure.ledger import Ledger, key_of, read_ledger, write_ledger
from trygghet.disclosure.linked import families, masked, protect_linked
from trygghet.disclosure.release import DisclosureError, Release, ReleaseBuilder
from trygghet.disclosure.rules import MASKED, protect
from trygghet.disclosure.suppression import suppress
from trygghet.release_rules import Rules

__all__ = [
    "MASKED",
    "DisclosureError",
    "HiddenCounts",
    "Ledger",
    "Release",
    "ReleaseBuilder",
    "Rules",
    "bounds",
    "entry",
    "exposed",
    "families",
    "hide_counts",
    "hide_dominated",
    "key_of",
    "masked",
    "protect",
    "protect_linked",
    "read_ledger",
    "suppress",
    "write_ledger",
]
