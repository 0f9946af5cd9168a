"""Make `pii_corpus.csv`: invented strings that a scanner must find, and ordinary ones that it must leave.

    python tests/data/make_pii_corpus.py > tests/data/pii_corpus.csv

Nothing in it belongs to anybody. Personal numbers have right check digits and the serials of test persons (980–989);
telephones are of the series set aside for fiction (PTS), e-mail of domains set aside for examples (RFC 2606); names,
streets, plates and case numbers are put together by chance.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta

SEED, EACH = 8317, 60
FIRST = ("Alva", "Dragan", "Tesfaye", "Yilmaz", "Maj-Britt", "Åke", "Ölle", "Noor", "Ivana", "Sixten")
LAST = ("Provgren", "Testlund", "Petrović", "Exempelsson", "Påhittqvist", "Mallberg")
STREETS = (
    "Provgatan", "Norra Testvägen", "Storgatan", "Kyrkbacken", "Ekstigen", "Lilla Torget", "Björkallén", "Södra Ringen",
    "Gamla vägen", "Åkergränd", "Hamnkajen", "Strandpromenaden", "Skolgatan", "Östra Parkgatan", "Kvarnbacken",
    "Videvägen", "Hästhovsgränden", "Ringvägen", "Karl XI:s gata", "Mellangatan", "Vasaplatsen", "Nya esplanaden",
)  # fmt: skip
FRAMES = ("{}", "Ring mig: {}", "Det var {} igår kväll.", "({})", "Hälsningar, {name}, {}", "{name} {}; mvh", "\t{}\t")
PLAIN = (
    "Otrygg ute sent", "29 % (25–33 %)", "1 234 567 invånare", "2016-04-01–2017-03-31", "2017/18", "1:250 000",
    "kl. 22.30", "linje 12 till centrum", "E18 mot stan", "446 svar av 760", "ring 114 14 eller 112", "12 500 kr",
    "0,05", "−3,2 p.e.", "fråga 7 b", "hus 123", "16–24 år", "sidan 12 av 90", "SCB 2019", "NTU 2017", "brottskod 0840",
    "BRÅ 2016:12", "10\u00a0000\u00a0000\u00a0000", "plats 3 av 12", "area 450 m²", "5 av 100", "p.g.a. bilar m.m.",
    "kommunkod 1781", "12–13 maj 2016", "Torget", "Storgatan är mörk", "vägen 300 m norrut",
)  # fmt: skip


def luhn(nine: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(nine))
    return str(-total % 10)


def number(rng: random.Random, *, coordination: bool) -> tuple[str, str, str]:
    day = date(1900, 1, 1) + timedelta(days=rng.randrange(36_500))
    six = f"{day:%y%m}{day.day + 60 * coordination:02d}"
    serial = f"98{rng.randrange(10)}"
    return f"{day.year // 100}", six, serial + luhn(six + serial)


def personal(rng: random.Random, *, coordination: bool = False, wrong: bool = False) -> str:
    century, six, four = number(rng, coordination=coordination)
    if wrong:
        four = four[:3] + str((int(four[3]) + rng.randrange(1, 10)) % 10)
    year, month, day = six[:2], six[2:4], six[4:]
    forms = (
        f"{six}-{four}", f"{six}+{four}", f"{six}–{four}", f"{six} {four}", f"{century}{six}-{four}",
        f"{century}{six}{four}", f"{century}{six} {four}", f"{century}{year}-{month}-{day}-{four}",
        f"{year} {month} {day} {four}", f"{century}{year}.{month}.{day}-{four}", f"{six} - {four}",
    )  # fmt: skip
    return rng.choice(forms)


def phone(rng: random.Random) -> str:
    two = f"{rng.randrange(5, 100):02d}"
    forms = (
        f"070-174 06 {two}", f"07017406{two}", f"070 174 06 {two}", f"+46 70 174 06 {two}", f"+467017406{two}",
        f"0046 70-174 06 {two}", f"+46 (0)70 174 06 {two}", f"08-465 004 {two}", f"08 46 50 04 {two}",
        f"(031) 390 06 {two}",
        f"040-628 04 {two}", f"0980-319 2{two}", f"070/174 06 {two}", f"070–17406{two}",
    )  # fmt: skip
    return rng.choice(forms)


def mail(rng: random.Random) -> str:
    name = f"{rng.choice(('anna', 'k.prov', 'o_test', 'namn.efternamn', 'x+y', 'info1'))}{rng.randrange(1000)}"
    return (
        name
        + rng.choice(("@", "@", "@", " @ ", "(at)", "[at]"))
        + rng.choice(("example.com", "example.org", "a.example.net"))
    )


def street(rng: random.Random) -> str:
    return rng.choice(STREETS) + " " + str(rng.randrange(1, 150)) + rng.choice(("", "", " A", "b", " C", ", lgh 1201"))


def plate(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNOPRSTUWXYZ") for _ in range(3))
    return letters + rng.choice(("", " ", "-")) + f"{rng.randrange(100):02d}" + rng.choice("0123456789ABCDEFGHJ")


def case(rng: random.Random) -> str:
    n, year = rng.randrange(10_000, 2_000_000), rng.randrange(10, 26)
    return rng.choice((f"5000-K{n}-{year}", f"K{n}-{year}", f"0201-K{n}-{year}", f"5000-K {n} - {year}", f"K {n}"))


def rows() -> Iterator[tuple[str, str]]:
    rng = random.Random(SEED)
    makers = {
        "personal_number": personal,
        "coordination_number": lambda r: personal(r, coordination=True),
        "wrong_check_digit": lambda r: personal(r, wrong=True),
        "phone": phone,
        "email": mail,
        "street": street,
        "plate": plate,
        "case_number": case,
    }
    for kind, make in makers.items():
        for _ in range(EACH * (2 if kind in ("phone", "street", "personal_number") else 1)):
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
            yield kind, rng.choice(FRAMES).replace("{name}", name).replace("{}", make(rng))
    for text in PLAIN:
        yield "none", text


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("class", "text"))
    writer.writerows(rows())
