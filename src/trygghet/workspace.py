"""One analyst's folder: ``workspace.yml`` read strictly into frozen models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from trygghet.errors import Fault, InputError, RuleError
from trygghet.look import Look, Own, look_faults, own_words
from trygghet.messages import Words
from trygghet.model_faults import row_of, validated
from trygghet.partitions import SourceFile, needed, place
from trygghet.release_rules import Rules
from trygghet.reprs import Shown
from trygghet.yamltext import parsed_yaml

FILE = "workspace.yml"
EvidenceClass = Literal["probability", "register", "staff", "open", "single"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
Year = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
Report = Literal["lagesbild", "atgardsplan", "lofte", "halvar", "utvardering"]
REPORTS: tuple[str, ...] = get_args(Report)
LOCK_SUFFIX = ".lock.json"
CITIZENS, STAFF, POLICE, INCIDENTS, CONTACTS, POPULATION, OFFICIAL = (
    "citizens", "staff", "police", "incidents", "contacts", "population", "official",
)  # fmt: skip
# found by name where the analyst has made them
OPTIONAL_FILES = ("arshjul.csv", "prioriteringar.yml", "handkodat.csv", "platser.csv", "rutor.csv")


class Model(BaseModel):
    """Frozen, and refusing every key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Area(Model):
    """A sub-area: its id in the data and its name on the page."""

    id: Slug
    name: str


class Design(Model):
    """Which columns of the cleaned answers carry the sampling design.

    ``weight`` is a column of design or delivered weights; without it every answer of a stratum
    weighs population / answers. ``fpc`` is a column of stratum population sizes.
    """

    weight: str | None = None
    strata: str | None = None
    cluster: str | list[str] | None = None
    fpc: str | None = None
    lonely_psu: Literal["error", "certainty", "adjust", "average"] = "error"


class Weighting(Model):
    """How answers are weighted: the delivered weight as it is, or raking to population margins."""

    method: Literal["delivered", "rake"]
    margins: list[list[str]] = []
    population: str | None = None
    ages: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _margins_given(self) -> Weighting:
        if self.method == "rake" and not (self.margins and self.population):
            raise RuleError("W31-RAKE-NEEDS")
        return self


class Wave(Model):
    """One delivery of a source: its file and the period it refers to."""

    file: SourceFile
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    compare_from: date | None = None
    compare_to: date | None = None
    deadline: date | None = None
    invited: str | None = None
    invited_n: int | None = Field(default=None, ge=1)
    asked: int | None = Field(default=None, ge=1)
    as_of: date | None = None
    where: dict[str, str | int | float] = {}
    mode: Slug | None = None
    sheet: str | None = None
    indicator: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Wave:
        if self.end < self.start:
            raise RuleError("W32-PERIOD-BACKWARDS")
        return self


class Source(Model):
    """One of the sources: what kind it is, how much it can prove, and its deliveries by year."""

    kind: Literal["survey", "staff", "incidents", "contacts", "population", "official", "reference"]
    evidence_class: EvidenceClass
    label: dict[str, str] | None = None
    codebook: str | None = None
    design: Design = Design()
    weighting: Weighting | None = None
    waves: dict[Year, Wave]


class Goals(Model):
    """Where the promises stand and which earlier wave they are measured against."""

    file: str
    waves: dict[Year, Year] = {}


class SeriesBreak(Model):
    """The first year of a new series: what is on either side of it is not to be compared."""

    at: int = Field(alias="from", ge=1950, le=2100)
    indicators: list[str] = []
    why: dict[str, str] | str


class Comparison(Model):
    """Whom the place is compared with, by the names that the reference files use.

    ``group`` says which group of municipalities ``similar`` is; a break without ``indicators`` holds for all.
    """

    own: list[str] = []
    county: list[str] = []
    country: list[str] = []
    similar: list[str] = []
    group: dict[str, str] | str | None = None
    breaks: list[SeriesBreak] = []


class Site(Model):
    """What the published site says of itself: its address, who answers for it, and when each year was published.

    ``public`` are telephones and addresses of the municipality's own, which may stand on the pages.
    """

    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"<>]+$")] | None = None
    contact: str | None = None
    assessed: date | None = None
    published: dict[Year, date] = {}
    public: list[str] = []


class Settings(Model):
    """The whole of ``workspace.yml``."""

    name: str
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    kind: Literal["municipality", "country"] = "municipality"
    language: Literal["sv", "en"] = "sv"
    police_area: str | None = None
    simulated: bool = False
    notes: list[dict[str, str] | str] = []
    areas: list[Area]
    boundaries: str | None = None
    boundaries_note: dict[str, str] | str | None = None
    indicators: list[str] = ["ntu"]
    headline: str
    groups: list[str] = ["sex", "age_group", "area"]
    problems: str | None = None
    sources: dict[Slug, Source]
    comparison: Comparison = Comparison()
    promises: Goals | None = None
    reports: dict[Year, list[Report]]
    notebooks: dict[Slug, list[Year]] = {}
    site: Site = Site()
    look: Look = Look()
    words: Own = {}
    disclosure: Rules = Rules()
    share_digits: int = Field(default=0, ge=0, le=1)


@dataclass(frozen=True)
class SourceWave:
    """A source in one year: what to read and what it refers to."""

    name: str
    source: Source
    wave: Wave
    year: str
    folder: Path

    @property
    def path(self) -> Path:
        """The file to read."""
        return place(self.folder, self.wave.file)

    def beside(self, file: str) -> Path:
        """Another file named in the workspace."""
        return self.folder / file

    def label(self, words: Words) -> str:
        """The source's name for readers."""
        known = f"sources.names.{self.name}"
        kind = f"checking.kinds.{self.source.kind}"
        return words.pick(self.source.label) or words(known if words.has(known) else kind)


@dataclass(frozen=True, repr=False)
class Workspace(Shown):
    """A folder with a ``workspace.yml``, seen from one year.

    Use `Workspace.open`; attributes of the file are in ``.settings``, its place in ``.folder``, the year in ``.year``,
    and in ``.language`` that of its words where it is another than the file's own.
    """

    _teller: ClassVar[str] = "workspace"
    folder: Path
    settings: Settings
    year: str
    language: str | None = None

    @classmethod
    def open(cls, folder: str | Path, year: str | int | None = None) -> Workspace:
        """Read a workspace.

        Parameters
        ----------
        folder : the folder that holds ``workspace.yml``, or that file itself.
        year : one of the years under ``reports``; the last of them when omitted.

        Raises
        ------
        InputError : every fault of the file at once, with row and key.
        """
        path = Path(folder)
        path = path if path.name == FILE else path / FILE
        settings = read_settings(path)
        chosen = str(year) if year is not None else max(settings.reports)
        if chosen not in settings.reports:
            known = ", ".join(sorted(settings.reports))
            fault = Fault(FILE, 0, "reports", "W05-UNKNOWN-YEAR", {"year": chosen, "known": known})
            raise InputError(fault, settings.language)
        return cls(path.parent, settings, chosen)

    def at(self, year: str | int) -> Workspace:
        """The same workspace seen from another year."""
        return Workspace.open(self.folder, year).speaking(self.language)

    def speaking(self, language: str | None) -> Workspace:
        """The same workspace with the words of a language; of its own with None."""
        return replace(self, language=language)

    @property
    def words(self) -> Words:
        """The words of the language it speaks."""
        return self.spoken(self.language or self.settings.language)

    def spoken(self, language: str) -> Words:
        """The words of a language, with the municipality's own wording and number of decimals."""
        settings = self.settings
        own = own_words(settings.words, language, settings.language)
        return Words(language, own or None, settings.share_digits)

    @property
    def slug(self) -> str:
        """The folder's name, which is also its place among the reports."""
        return self.folder.resolve().name

    @property
    def years(self) -> tuple[str, ...]:
        """Every year with a report, in order."""
        return tuple(sorted(self.settings.reports))

    @property
    def area_labels(self) -> dict[str, str]:
        """Area id to name, in the order of the file."""
        return {area.id: area.name for area in self.settings.areas}

    def wave(self, name: str, year: str | None = None) -> SourceWave | None:
        """The named source's delivery for a year (this year when omitted), or None when there is none."""
        year = year or self.year
        source = self.settings.sources.get(name)
        if source is None or year not in source.waves:
            return None
        return SourceWave(name, source, source.waves[year], year, self.folder)

    def delivered(self, name: str, year: str | None = None) -> SourceWave:
        """The named source's delivery for a year; InputError S00 when there is none."""
        wave = self.wave(name, year)
        if wave is None:
            values = {"source": name, "year": year or self.year}
            raise InputError(Fault(FILE, 0, name, "S00-NO-SUCH-WAVE", values))
        return wave

    def source_waves(self, year: str | None = None) -> Iterator[SourceWave]:
        """This year's deliveries, in the order of the file."""
        for name in self.settings.sources:
            found = self.wave(name, year)
            if found is not None:
                yield found

    def files(self, year: str | None = None) -> list[Path]:
        """Every input file a year's reports depend on, without repeats; the lock too, there or not."""
        paths = [self.folder / FILE]
        for item in self.source_waves(year):
            own = None if self.settings.kind == "country" else self.settings.code
            paths += needed(item.path, own, item.wave.end.year)
            extra = (item.source.codebook, item.wave.invited)
            paths += [item.beside(file) for file in extra if file]
        logo = self.settings.look.logo
        named = (self.settings.boundaries, self.settings.problems, logo.file if logo else None)
        paths += [self.folder / file for file in named if file]
        paths += [self.folder / file for file in self.settings.indicators if file.endswith(".yml")]
        paths += [self.folder / file for file in OPTIONAL_FILES if (self.folder / file).is_file()]
        if self.settings.promises:
            registry = self.folder / self.settings.promises.file
            paths += [registry, registry.with_suffix(LOCK_SUFFIX)]
        return list(dict.fromkeys(paths))


def read_settings(path: Path) -> Settings:
    """Parse and validate one ``workspace.yml``.

    Raises
    ------
    InputError : the file is missing, is not YAML, or breaks rules; all of them at once.
    """
    if not path.is_file():
        raise InputError(Fault(str(path), 0, "", "W01-NO-WORKSPACE", {"file": FILE}))
    data = parsed_yaml(path, path.name)
    if not isinstance(data, Mapping):
        raise InputError(Fault(path.name, 0, "", "W02-NOT-YAML"))
    try:
        settings = validated(Settings, data, path.name)
    except InputError as error:
        error.language = str(data.get("language", ""))  # as far as it can be told of a file with faults
        raise
    wrong = look_faults(settings.look, settings.words, path.parent, settings.language)
    faults = [replace(fault, file=path.name, row=row_of(data, place)) for place, fault in wrong]
    if faults:
        raise InputError(faults, settings.language)
    return settings
