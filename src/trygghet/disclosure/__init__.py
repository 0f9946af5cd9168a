"""What may be shown: primary rules, what must be hidden with it, and what an attacker could still work out."""

from trygghet.disclosure.bounds import bounds, exposed
from trygghet.disclosure.release import DisclosureError, Release, ReleaseBuilder
from trygghet.disclosure.rules import Rules, protect
from trygghet.disclosure.suppression import suppress

__all__ = ["DisclosureError", "Release", "ReleaseBuilder", "Rules", "bounds", "exposed", "protect", "suppress"]
