"""Raw files to tidy frames: strictly, every change logged, every fault named by file, row and column."""

from trygghet.sources.checking import check
from trygghet.sources.codebook import Codebook, read_codebook
from trygghet.sources.contacts import Contacts, read_contacts
from trygghet.sources.coordinates import read_boundaries
from trygghet.sources.events import Event, read_events
from trygghet.sources.figures import ReferenceFigures, read_reference
from trygghet.sources.incidents import Incidents, read_incidents
from trygghet.sources.official import OfficialCounts, read_official
from trygghet.sources.population import read_population
from trygghet.sources.reconciliation import reconcile
from trygghet.sources.residents import read_residents
from trygghet.sources.response import response
from trygghet.sources.staff import StaffAnswers, read_staff
from trygghet.sources.survey import Survey, read_survey
from trygghet.sources.tables import Table, read_table

__all__ = [
    "Codebook",
    "Contacts",
    "Event",
    "Incidents",
    "OfficialCounts",
    "ReferenceFigures",
    "StaffAnswers",
    "Survey",
    "Table",
    "check",
    "read_boundaries",
    "read_codebook",
    "read_contacts",
    "read_events",
    "read_incidents",
    "read_official",
    "read_population",
    "read_reference",
    "read_residents",
    "read_staff",
    "read_survey",
    "read_table",
    "reconcile",
    "response",
]
