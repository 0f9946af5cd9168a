"""A workspace's new year: settings carried forward, forms, reminders, and what is still to be delivered."""

from trygghet.yearly.beginning import Begun, begin

__all__ = ["Begun", "begin"]
