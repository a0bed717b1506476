"""Small awkward table files, each with what an inspection should find in it.

`CASES` is for every test that needs such files: `case.write(folder)` makes the file and returns its path.
"""

import datetime
import gzip
import io
import json
import math
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Rows = list[list[Any]]


@dataclass
class Case:
    """A file and what is expected of it; what is not listed is not compared."""

    name: str  # of the file
    content: bytes | Callable[[Path], None]
    rows: int | None = None
    columns: list[str] | None = None
    roles: dict[str, str] = field(default_factory=dict)
    parse: dict[str, dict[str, Any]] = field(default_factory=dict)
    dialect: dict[str, Any] = field(default_factory=dict)
    suspects: set[tuple[str, str | None]] = field(default_factory=set)
    clean: bool = False  # no suspect of any kind
    task: str | None = None
    target: str | None = None
    metric: str | None = None
    unused: set[str] = field(default_factory=set)
    group: str | None = None
    time: str | None = None
    trains: bool = True  # a project made from it learns; False where none is suggested

    def __str__(self) -> str:
        return self.name

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content)
        return path


def flowers(count: int = 60) -> Rows:
    """Numbers, a category and a class that follows from them roughly."""
    dice = random.Random(0)
    rows: Rows = [["length", "width", "colour", "species"]]
    for i in range(count):
        kind = ("rose", "tulip", "daisy")[i % 3]
        length = round(dice.gauss({"rose": 5, "tulip": 6, "daisy": 4}[kind], 0.7), 2)
        rows.append([length, round(dice.gauss(2, 0.3), 2), dice.choice(["red", "white"]), kind])
    return rows


def text(rows: Rows, delimiter: str = ",", quote: bool = False) -> str:
    cells = ([f'"{cell}"' if quote else str(cell) for cell in row] for row in rows)
    return "".join(delimiter.join(row) + "\n" for row in cells)


def csv(rows: Rows, encoding: str = "utf-8", **how: Any) -> bytes:
    return text(rows, **how).encode(encoding)


def column(name: str, cells: list[Any], count: int = 60) -> Rows:
    """The flowers with one more column in front."""
    rows = flowers(count)
    return [
        [head, *row] for head, row in zip([name, *(cells[i % len(cells)] for i in range(count))], rows, strict=True)
    ]


def zipped(content: bytes, member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("__MACOSX/._" + member, b"\0\1")
        archive.writestr(member, content)
    return out.getvalue()


def parquet(path: Path) -> None:
    import duckdb

    header, *rows = flowers()
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE t ("length" DOUBLE, width DOUBLE, colour VARCHAR, species VARCHAR)')
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        connection.execute("COPY t TO ? (FORMAT parquet)", [str(path)])
    assert header[0] == "length"


def excel(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["see the other sheet"])
    sheet = book.create_sheet("flowers")
    for row in flowers():
        sheet.append(row)
    book.save(path)


def records() -> list[dict[str, Any]]:
    header, *rows = flowers()
    return [dict(zip(header, row, strict=True)) for row in rows]


def messages(header: bool = True) -> Rows:
    dice = random.Random(1)
    words = "win money now call free see you at home later dinner tonight claim prize meeting work love".split()
    rows: Rows = [["label", "message"]] if header else []
    for i in range(80):
        rows.append(["spam" if i % 3 == 0 else "ham", " ".join(dice.choices(words, k=dice.randint(5, 12)))])
    return rows


def monthly() -> Rows:
    days = [f"{1990 + i // 12}-{i % 12 + 1:02}-01" for i in range(120)]
    return [["month", "sales"], *([day, 100 + i + 20 * (i % 12)] for i, day in enumerate(days))]


def prices() -> Rows:
    """A price a month of four firms, one below the other, dates as Americans say them."""
    months = [
        f"{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[i % 12]} 1 {2001 + i // 12}" for i in range(90)
    ]
    return [["symbol", "date", "price"], *([s, m, f"{20 + 9 * k + i * (k + 1) % 13}.5"]
            for k, s in enumerate(("AAA", "BBB", "CCC", "DDD")) for i, m in enumerate(months))]  # fmt: skip


def visits() -> Rows:
    """Several rows for each customer; dates of rows; a target that is a number."""
    dice = random.Random(2)
    rows: Rows = [["customer_id", "visit_date", "items", "price"]]
    for i in range(200):
        items = dice.randint(1, 9)
        day = f"2020-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        rows.append([f"C{i % 40:04}", day, items, round(items * 4 + dice.gauss(0, 2), 2)])
    return rows


def leaky() -> Rows:
    dice = random.Random(3)
    rows: Rows = [["age", "churn_code", "spend", "churn"]]
    for _ in range(200):
        churn = dice.random() < 0.4
        rows.append(
            [
                dice.randint(18, 80),
                "A" if churn else "B",
                round(dice.gauss(50 - 10 * churn, 9), 2),
                "yes" if churn else "no",
            ]
        )
    return rows


def rare(share: int) -> Rows:
    dice = random.Random(4)
    return [
        ["a", "b", "fraud"],
        *(
            [round(dice.gauss(2 * (i % share == 0), 1), 3), round(dice.gauss(0, 1), 3), int(i % share == 0)]
            for i in range(400)
        ),
    ]


def days(count: int) -> list[datetime.date]:
    return [datetime.date(2021, 3, 1) + datetime.timedelta(days=i) for i in range(count)]


def bought() -> Rows:
    """What people rated, each at a time of their own: no series."""
    dice = random.Random(5)
    return [
        ["userId", "movieId", "rating", "timestamp"],
        *(
            [
                dice.randint(1, 40),
                dice.randint(1, 90),
                dice.choice([1, 2.5, 3, 4.5]),
                9 * 10**8 + dice.randint(0, 10**7),
            ]
            for _ in range(400)
        ),
    ]


def shares_of_a_firm() -> Rows:
    dice = random.Random(6)
    rows: Rows = [["Date", "Open", "Close", "Volume"]]
    for i, day in enumerate(days(200)):
        price = 100 + i / 9 + dice.gauss(0, 1)
        rows.append([day, round(price, 2), round(price + dice.gauss(0, 1), 2), dice.randint(10**5, 10**6)])
    return rows


def by_minute() -> Rows:
    """Day and time of day in a column each."""
    return [
        ["Date", "Time", "power", "voltage"],
        *(
            [
                f"{1 + i // 360}/12/2006",
                f"{i // 15 % 24:02}:{4 * i % 60:02}:00",
                "?" if i % 50 == 7 else i % 9,
                230 + i % 4,
            ]
            for i in range(600)
        ),
    ]


def by_hour() -> Rows:
    """Year, month, day and hour in a column each."""
    times = [datetime.datetime(2010, 12, 20) + datetime.timedelta(hours=i) for i in range(600)]
    cells = [[t.year, t.month, t.day, t.hour, "NA" if i < 9 else 90 + i % 24, -5 - i % 7] for i, t in enumerate(times)]
    return [["year", "month", "day", "hour", "pm2.5", "dew"], *cells]


def by_month() -> Rows:
    """A row for each product, a column for each month."""
    months = [f"{year}-{month:02}" for year in (2021, 2022) for month in range(1, 13)]
    return [["product", "kind", *months], *([f"P{i:03}", "ab"[i % 2], *(50 + i + j % 12 for j in range(24))] for i in
                                            range(40))]  # fmt: skip


def exam() -> Rows:
    dice = random.Random(8)
    rows: Rows = [["Name", "Class", "Hours", "Final grade"]]
    for i in range(60):
        hours = dice.randint(0, 40)
        rows.append(
            [f"Pupil {i * 7919}", "9a" if i % 2 else "9b", hours, round(30 + 1.5 * hours + dice.gauss(0, 6), 1)]
        )
    return rows


def molecules() -> Rows:
    """Strings that all differ beside a class: nothing but their letters can tell it."""
    dice = random.Random(1)
    rows: Rows = [["smiles", "passes"]]
    for i in range(80):
        letters = "".join(dice.choice("CCNO=()c1") for _ in range(dice.randint(8, 20)))
        rows.append([("Cl" if i % 2 else "") + letters + str(i), i % 2])
    return rows


def crossings() -> Rows:
    """Counts, their total, and what is asked for last."""
    dice = random.Random(2)
    rows: Rows = [["Day of the week", "CarCount", "BusCount", "Total", "Jam"]]
    for _ in range(80):
        cars, buses = dice.randint(5, 90), dice.randint(0, 9)
        rows.append(
            [
                dice.choice(["Monday", "Tuesday", "Sunday"]),
                cars,
                buses,
                cars + buses,
                "heavy" if cars + 5 * buses > 70 else "normal",
            ]
        )
    return rows


def dwellings() -> Rows:
    """What is asked for has a Spanish name, and does not stand at an end."""
    dice = random.Random(3)
    rows: Rows = [["Ciudad", "Precio_EUR", "Superficie_m2", "Habitaciones", "Calefacción"]]
    for _ in range(80):
        size, rooms = dice.randint(30, 150), dice.randint(1, 6)
        price = 2000 * size + dice.randint(-9, 9) * 1000
        rows.append([dice.choice(["Madrid", "Cádiz"]), price, size, rooms, dice.choice(["gas", "no"])])
    return rows


def complaints() -> Rows:
    """Texts beside what else is known of them."""
    dice = random.Random(4)
    rows: Rows = [["created", "message", "length", "replies", "channel", "urgent"]]
    for i in range(80):
        words = " ".join(
            dice.choice("the bill order did not arrive yet please send it again now".split()) for _ in range(9)
        )
        text = f"{words} {i}"
        rows.append([f"2024-0{i % 9 + 1}-11", text, len(text), dice.randint(0, 9), dice.choice("ab"), i % 2])
    return rows


def comments() -> Rows:
    """Texts with several labels of 0 and 1."""
    return [
        ["id", "comment_text", "toxic", "obscene", "insult", "threat"],
        *([f"{i * 7919:012x}", text, int(i % 3 == 0), i % 2, int(i % 5 == 0), int(i % 7 == 0)]
          for i, (_, text) in enumerate(messages()[1:])),
    ]  # fmt: skip


def answer() -> dict[str, Any]:
    """Flowers as an API answers with them."""
    items = [{"id": i, "size": {"length": r["length"], "width": r["width"]}, "species": r["species"]} for i, r in
             enumerate(records())]  # fmt: skip
    return {"status": "ok", "meta": {"pages": [1]}, "result": {"count": len(items), "items": items}}


def split() -> dict[str, Any]:
    """Flowers as pandas writes them with orient="split"."""
    header, *rows = flowers()
    return {"columns": header, "index": list(range(len(rows))), "data": rows}


FLOWERS: dict[str, Any] = {
    "rows": 60,
    "columns": ["length", "width", "colour", "species"],
    "roles": {"length": "number", "width": "number", "colour": "category", "species": "category"},
    "task": "tabular-classification",
    "target": "species",
    "metric": "accuracy",
}
NUMBER = {"x": "number"}

CASES = [
    # Dialects, encodings, wrappings
    Case("comma.csv", csv(flowers()), **FLOWERS,
         dialect={"delimiter": ",", "header": True, "skip": 0}, clean=True),
    Case("semicolon.csv", csv(flowers(), delimiter=";"), **FLOWERS, dialect={"delimiter": ";"}),
    Case("tab.tsv", csv(flowers(), delimiter="\t"), **FLOWERS, dialect={"delimiter": "\t"}),
    Case("bar.txt", csv(flowers(), delimiter="|"), **FLOWERS, dialect={"delimiter": "|"}),
    Case("quoted.csv", csv(flowers(), quote=True), **FLOWERS),
    Case("mark.csv", csv(flowers(), "utf-8-sig"), **FLOWERS, dialect={"encoding": "utf-8"}),
    Case("utf16.csv", csv(flowers(), "utf-16"), **FLOWERS, dialect={"encoding": "utf-16"}),
    Case("latin.csv", csv(column("Größe", ["groß", "klein"]), "cp1252"), roles={"Größe": "category"}, target="species",
         dialect={"encoding": "cp1252"}),
    Case("windows.csv", text(flowers()).replace("\n", "\r\n").encode(), **FLOWERS),
    Case("packed.csv.gz", gzip.compress(csv(flowers())), **FLOWERS),
    Case("packed.zip", zipped(csv(flowers()), "in/flowers.csv"), **FLOWERS,
         dialect={"member": "in/flowers.csv"}),
    Case("climbing.zip", zipped(csv(flowers()), "../../flowers.csv"), **FLOWERS),
    Case("spaces.csv", csv([[f"{cell:>8}" for cell in row] for row in flowers()], delimiter=" "), **FLOWERS,
         dialect={"delimiter": " ", "header": True}),
    Case("codes.data", csv(flowers()[1:], delimiter=" "), rows=60, dialect={"delimiter": " ", "header": False},
         target="column_4"),
    Case("prose.txt", b"2 of 3 cats sleep\n4 or 5 dogs barked loudly\nall 7 of us went home\n" * 100,
         task="text-generation"),
    Case("sep.csv", b"sep=;\n" + csv(flowers(), delimiter=";"), **FLOWERS, dialect={"delimiter": ";"}),
    Case("title.csv", b"Flowers of 2020\nmeasured by hand\n\n" + csv(flowers()), **FLOWERS,
         dialect={"skip": 3}),
    Case("longer_header.csv", csv(flowers()).replace(b"species\n", b"species,\n", 1), **FLOWERS),
    Case("longer_rows.csv", csv(flowers()).replace(b"\n", b",\n").replace(b"species,", b"species", 1), **FLOWERS,
         dialect={"header": True, "skip": 0}),
    Case("of_r.csv", csv([flowers()[0]] + [[f"flower {i}", *row] for i, row in enumerate(flowers()[1:])]), rows=60,
         columns=["column_1", "length", "width", "colour", "species"], dialect={"header": True, "skip": 0},
         roles={"column_1": "identifier", "length": "number"}, target="species"),
    Case("no_header.csv", csv(flowers()[1:]), rows=60, columns=["column_1", "column_2", "column_3", "column_4"],
         dialect={"header": False}, target="column_4"),
    Case("words.csv", csv([["colour", "taste", "class"], *(["red green blue pink".split()[i % 4],
         "sweet sour mild bitter hot".split()[i % 5], ["apple", "pear"][i * i // 3 % 2]] for i in range(40))]), rows=40,
         dialect={"header": True}, target="class"),
    Case("stray.tsv", "".join(f'ham\t"hello to them all, at home {i}\nspam\tcall now to win {i} prizes\n'
         for i in range(30)).encode(), rows=60, dialect={"quote": "", "header": False}),
    Case("lines.csv", b'id,remark,label\n1,"two\nlines, of text",a\n2,"a ""quoted"" word here",b\n' * 1
         + b"".join(b'%d,"some %d plain words in a line",%s\n' % (i, i, b"ab"[i % 2 :][:1])
         for i in range(3, 40)), rows=39),
    Case("empty_quotes.csv", csv(flowers(), quote=True) + b'"","","",""\n"5","2","re\nd","rose"\n', rows=61,
         target="species"),
    Case("ragged.csv", csv(flowers()) + b"1,2\n", rows=61, suspects={("ragged", None)}, target="species",
         dialect={"lenient": True}),
    Case("broken bytes, here.csv", csv(flowers()) + b"1,2,\xff\xfe\x81,rose\n", rows=61, target="species"),
    Case("export.csv", b"Flowers of 2020,,,\nmade today,,,\n" + csv(flowers()) + b"Total,120.5,,\n", **FLOWERS,
         dialect={"skip": 2, "foot": "Total"}, clean=True),
    Case("units_below.csv", csv([flowers()[0], ["cm", "mm", "", ""], *flowers()[1:]]), **FLOWERS,
         dialect={"units": "cm"}, clean=True),
    # Names
    Case("names.csv", csv([["", "select", "Name", "name", "name", "🌍", "n" * 300, "{{ x }}", "target"], *(
         [i * i % 7, i % 5, i % 3, i % 4, i % 6, i / 7, i / 3, i % 2, "ab"[i % 2]] for i in range(50))]),
         columns=["column_1", "select", "Name", "name", "name_2", "🌍", "n" * 300, "{{ x }}", "target"],
         suspects={("duplicate-names", "name")}, target="target"),
    # Other formats
    Case("table.parquet", parquet, **FLOWERS),
    Case("book.xlsx", excel, **FLOWERS, dialect={"sheet": "flowers"}),
    Case("array.json", json.dumps(records()).encode(), **FLOWERS),
    Case("inside.json", json.dumps({"version": 1, "data": records()}).encode(), **FLOWERS),
    Case("columns.json", json.dumps({key: [r[key] for r in records()] for key in records()[0]}).encode(), **FLOWERS),
    Case("rows.json", json.dumps(dict(enumerate(records()))).encode(), **FLOWERS),
    Case("pandas.json", json.dumps({key: dict(enumerate(r[key] for r in records())) for key in records()[0]}).encode(),
         **FLOWERS),
    Case("split.json", json.dumps(split()).encode(), **FLOWERS),
    Case("lists.json", json.dumps(flowers()).encode(), **FLOWERS),
    Case("answer.json", json.dumps(answer(), indent=1).encode(), rows=60,
         columns=["id", "size.length", "size.width", "species"], target="species", unused={"id"}),
    Case("lines.jsonl", "\n".join(map(json.dumps, records())).encode(), **FLOWERS),
    Case("nested.jsonl", "\n".join(json.dumps(r | {"more": {"a": 1}}) for r in records()).encode(),
         rows=60, columns=["length", "width", "colour", "species", "more.a"], target="species"),
    # Roles
    Case("thousands.csv", csv(column("x", ['"1,234"', '"12,500"', "7", '"980"'])), roles=NUMBER,
         parse={"x": {"thousands": ","}},
         suspects={("numbers-as-text", "x")}),
    Case("percent.csv", csv(column("x", ["12 %", "7 %", "33.5 %"])), roles=NUMBER, parse={"x": {"strip": ["%"]}},
         suspects={("numbers-as-text", "x")}),
    Case("money.csv", csv(column("x", ["$5", '"$1,200.50"', "$17"])), roles=NUMBER,
         parse={"x": {"strip": ["$"], "thousands": ","}},
         suspects={("numbers-as-text", "x")}),
    Case("euro.csv", csv(column("x", ["1.234,50 €", "7,25 €", "980,00 €"]), delimiter=";"), roles=NUMBER,
         parse={"x": {"strip": ["€"], "thousands": ".", "decimal": ","}},
         suspects={("numbers-as-text", "x")}),
    Case("millions.csv", csv(column("x", ["€6.5M", "€12K", "€1.2B", "€0"])), roles=NUMBER,
         parse={"x": {"strip": ["€"], "zeros": {"B": 9, "K": 3, "M": 6}}},
         suspects={("numbers-as-text", "x")}),
    Case("letters.csv", csv(column("x", ["3.4k", "980", "1.1m"])), roles=NUMBER,
         parse={"x": {"zeros": {"k": 3, "m": 6}}}),
    Case("rents.csv", csv(column("x", ["Rent from 1.800 €", "Rent from 995 €", "Rent from 2.150 €"])), roles=NUMBER,
         parse={"x": {"thousands": ".", "strip": ["Rent from", "€"]}}),
    Case("areas.csv", csv(column("x", ["188 m²", "85 m²", "90.5 m²"])), roles=NUMBER, parse={"x": {"strip": ["m²"]}}),
    Case("rupiah.csv", csv(column("x", ["Rp235,000", "Rp98,000", "Rp7,500"]), quote=True), roles=NUMBER,
         parse={"x": {"thousands": ",", "strip": ["Rp"]}}),
    Case("priorities.csv", csv(column("x", ["P1", "P2", "P3"])), roles={"x": "category"}),
    Case("clock.csv", csv(column("x", ["00:15", "14:05", "9:30"])), roles=NUMBER,
         parse={"x": {"clock": ["%H:%M"]}}),
    Case("finish.csv", csv([["age", "half", "finish"], *([20 + i % 40, f"{1 + i % 2}:{i % 60:02d}:07",
         f"{2 + i % 2 * 2}:{i * 7 % 60:02d}:30"] for i in range(70))]), roles={"half": "number", "finish": "number"},
         task="tabular-regression", target="finish"),
    Case("words_of_money.csv", csv(column("x", ["2,5 Mio. €", "120,0 Mio. €", "1,2 Mrd. €"]), delimiter=";"),
         roles=NUMBER, parse={"x": {"decimal": ",", "strip": ["€"], "zeros": {"Mio.": 6, "Mrd.": 9}}}),
    Case("races.csv", csv(column("x", ["5K", "10K", "21K"])), roles={"x": "category"}),
    Case("flats.csv", csv(column("x", ["1A", "2B", "3B", "4C"])), roles={"x": "category"}),
    Case("metres.csv", csv(column("x", [f"{i}m" for i in range(20)])), roles=NUMBER,
         parse={"x": {"strip": ["m"]}}),
    Case("mixed_units.csv", csv(column("x", [f"{i}.5 kg" for i in range(1, 9)] + ["500 g", "750g"])), roles=NUMBER,
         parse={"x": {"zeros": {"kg": 3, "g": 0}}}),
    Case("departments.csv", csv(column("x", ["01", "2A", "13", "75"])), roles={"x": "category"}, trains=False),
    Case("sections.csv", csv(column("x", [*range(40), "2A", "3A"])),
         roles=NUMBER, suspects={("lost", "x")}, trains=False),
    Case("plates.csv", csv(column("x", [f"ABCPX{9000 + i}K" for i in range(60)])),
         roles={"x": "identifier"}, trains=False),
    Case("places.csv", csv(column("x", [f"{i}.25{'NS'[i % 2]}" for i in range(60)])), roles=NUMBER, trains=False),
    Case("multiples.csv", csv(column("x", ["21.0x", "7.5x", "12x"])),
         roles=NUMBER, parse={"x": {"strip": ["x"]}}, trains=False),
    Case("ages.csv", csv(column("x", ["25歳", "42歳", "61歳"])),
         roles=NUMBER, parse={"x": {"strip": ["歳"]}}, trains=False),
    Case("wide_digits.csv", csv(column("x", ["４８．５", "６３．７", "５０"])), roles=NUMBER, trains=False),
    Case("arabic_digits.csv", csv(column("x", ["٤٨٫٥", "٦٣٫٧", "٥٠"])), roles=NUMBER, trains=False),
    Case("durations.csv", csv(column("x", ["2h 26m", "45m", "1h 5m"])),
         roles=NUMBER, parse={"x": {"clock": True}}, trains=False),
    Case("timedeltas.csv", csv(column("x", ["6:04:00", "1 day, 12:52:00"]), delimiter="|"), roles=NUMBER, trains=False),
    Case("laps.csv", csv(column("x", ["1:23.456", "0:59.120", "12:01.002"])), roles=NUMBER, trains=False),
    Case("deviations.csv", csv(column("x", ["5.1 ± 0.3", "4.8 ± 0.25", "6 ± 1"])), roles=NUMBER, trains=False),
    Case("powers.csv", csv(column("x", ["1.02×10^5", "3 × 10^-3", "2.5x10^4"])), roles=NUMBER, trains=False),
    *(Case(f"dates_{i}.csv", csv(column("day", cells), delimiter="|"), roles={"day": "date"}, trains=False)
      for i, cells in enumerate([
        ["Sat 01 Jan 2022", "Sun 16 Feb 2022"],
        ["January 1st, 2022", "March 22nd, 2022"],
        ["2022. 1. 2.", "2022. 11. 30."],
        ["2022년 1월 2일", "2022년 11월 30일"],
        ["1 stycznia 2022 r.", "30 maja 2022 r."],
        ["2022-01-01 10:00:00 UTC", "2022-03-01 12:30:00 UTC"],
        ["2022/01/01 9:30:00 PM GMT+1", "2022/03/01 11:30:00 AM GMT+1"],
      ])),
    Case("posts.jsonl", "\n".join(json.dumps({"id": 10**18 + i, "size": i % 7, "y": "ab"[i % 2]})
         for i in range(60)).encode(), roles={"id": "identifier"}, unused={"id"}, target="y"),
    Case("below.csv", csv([["Region", "2020", "2021", "Type"], *([f"R{i}", ".." if i % 3 else i, f"{i}(p)", "ab"[i % 2]]
         for i in range(60)), ["Source: us", "", "", ""], ["(p) not final", "", "", ""]]), rows=60,
         roles={"2020": "number", "2021": "number", "Type": "category"}, target="Type"),
    Case("clock_and_word.csv", csv(column("x", ["7:05 Uhr", "14:30 Uhr"])), roles=NUMBER, trains=False),
    Case("fiscal.csv", csv(column("year", [f"{y}/{(y + 1) % 100:02}" for y in range(1950, 2010)])),
         roles={"year": "date"}, parse={"year": {"format": "fiscal"}}),
    Case("serial.csv", csv(column("Date", [45000 + i for i in range(60)])), roles={"Date": "date"}),
    Case("order_numbers.csv", csv(column("Auftragsnr", [100234 + i for i in range(60)])),
         roles={"Auftragsnr": "identifier"}, trains=False),
    Case("installs.csv", csv(column("x", ['"10,000+"', '"500+"', '"1,000,000+"'])), roles=NUMBER,
         parse={"x": {"strip": ["+"], "thousands": ","}}),
    Case("of_five.csv", csv(column("x", ["4.1/5", "3.9/5", "-", "5/5"])), roles=NUMBER,
         parse={"x": {"strip": ["/5"], "missing": ["-"]}}),
    Case("requests.csv", csv(column("x", [*(f"{30 + i}.5" for i in range(30)), "on request"] * 2)), roles=NUMBER),
    Case("sizes.csv", csv(column("x", [*(f"{3 + i}M" for i in range(25)), "Varies with device", "870k"])), roles=NUMBER,
         parse={"x": {"zeros": {"M": 6, "k": 3}}}),
    Case("decimal.csv", csv(column("x", ["1,5", "0,125", "12,75"]), delimiter=";"), roles=NUMBER,
         parse={"x": {"decimal": ","}}),
    Case("units.csv", csv(column("x", ["12 kg", "7.5 kg", "30 kg"])), roles=NUMBER, parse={"x": {"strip": ["kg"]}}),
    Case("null_units.csv", csv(column("x", [f"{i}.5 bhp" for i in range(50, 62)] + ["null bhp"])), roles=NUMBER,
         parse={"x": {"strip": ["bhp"], "missing": ["null bhp"]}}),
    Case("codes.csv", csv(column("x", ["00501", "01234", "90210"])), roles={"x": "category"}),
    Case("lists.csv", csv(column("x", ["[1, 2.5, 3]", "[4, 5, 6]"]), delimiter=";"), roles={"x": "list"}),
    Case("years.csv", csv(column("year", [1999, 2004, 2011])), roles={"year": "number"}),
    Case("epoch.csv", csv(column("timestamp", [1500000000 + 86400 * i for i in range(60)])),
         roles={"timestamp": "date"}),
    Case("days.csv", csv(column("day", [f"{i % 28 + 1:02}.{i % 12 + 1:02}.2020" for i in range(60)])),
         roles={"day": "date"},
         parse={"day": {"format": "%d.%m.%Y"}}, time="day"),
    Case("american.csv", csv(column("day", [f"{i % 12 + 1:02}/{i % 28 + 1:02}/2020" for i in range(60)])),
         parse={"day": {"format": "%m/%d/%Y"}}),
    Case("stamps.csv", csv(column("Timestamp", [f"3/{i // 9 + 2}/2026 {i % 9 + 1}:05:00 PM" for i in range(60)])),
         parse={"Timestamp": {"format": "%m/%d/%Y %I:%M:%S %p"}}, suspects={("mixed-dates", "Timestamp")}),
    Case("ticked.csv", csv(column("liked", [" ".join(w for k, w in enumerate("food; swag; talks; games;".split())
         if i >> k & 1).rstrip(";") for i in range(1, 16) for _ in range(4)])), suspects={("several-values", "liked")}),
    Case("month_names.csv", csv(column("issued", [f"{m}-{y}" for y in (2011, 2012) for m in ("Jan", "Dec", "Mar")])),
         roles={"issued": "date"}, parse={"issued": {"format": "%b-%Y"}}),
    Case("quarters.csv", csv([["Quarter", "income"], *([f"{1950 + i // 4} Q{i % 4 + 1}", 50 + i + 9 * (i % 4)]
         for i in range(160))]), roles={"Quarter": "date"}, parse={"Quarter": {"format": "quarter"}},
         task="time-series-forecasting", target="income", time="Quarter"),
    Case("mixed.csv",
         csv(column("day", [f"2020-{i % 12 + 1:02}-{i % 28 + 1:02}" if i % 3 else f"{i % 28 + 1:02}.03.2020"
         for i in range(60)])), roles={"day": "date"}, suspects={("mixed-dates", "day")}),
    Case("future.csv", csv(column("day", ["2020-01-01", "2021-05-04", "2190-01-01"])),
         suspects={("future-dates", "day")}),
    Case("ids.csv", csv(column("id", list(range(1, 61)))), roles={"id": "identifier"}, suspects={("identifier", "id")},
         unused={"id"}, target="species"),
    Case("uuids.csv", csv(column("key", [f"{i * 7919:08x}-{i:04}" for i in range(60)])), roles={"key": "identifier"},
         unused={"key"}),
    Case("floats.csv", csv(column("x", [i / 7 for i in range(60)])), roles=NUMBER),
    Case("constant.csv", csv(column("x", ["same"])), roles={"x": "constant"},
         suspects={("constant", "x")}, unused={"x"}),
    Case("empty.csv", csv(column("x", [""])), roles={"x": "empty"}, unused={"x"}),
    # Suspects
    Case("sentinel.csv", csv(column("x", [3, 5, 4, 6, 7, 8, 5, -999])), parse={"x": {"missing": ["-999"]}},
         suspects={("sentinel", "x")}),
    Case("nines.csv", csv(column("x", [0, 1, 0, 1, -9])), parse={"x": {"missing": ["-9"]}},
         suspects={("sentinel", "x")}),
    Case("below_zero.csv", csv(column("x", [0, -3, 4, -9, -8, 2, -9])), roles=NUMBER, parse={"x": {"missing": None}}),
    Case("unknown.csv", csv(column("x", ["a", "b", "?", "unknown"])),
         suspects={("sentinel", "x")}, roles={"x": "category"}),
    Case("none.csv", csv([["age", "hours", "disorder"], *([i * 7 % 60, i % 9 / 2,
         ["None", "Insomnia", "Apnoea", "None"][i % 4]] for i in range(80))]), rows=80, target="disorder",
         suspects={("sentinel", "disorder")}),
    Case("spellings.csv", csv(column("x", ["Male", "male", "Female", "FEMALE", "a", "A"])),
         suspects={("spellings", "x")}),
    Case("sparse.csv", csv([*flowers(), [5, 2, "red", "lily"], [4, 1, "red", "aster"], [4, 2, "red", "aster"]]),
         suspects={("rare-classes", "species")}, target="species", metric="accuracy"),
    Case("log.csv", csv([["area", "zone", "log_price", "band", "price"], *([i * 7 % 91, "abc"[i % 3],
         round(math.log(900 + i * 37 % 997), 5), "low mid high".split()[i * 37 % 997 // 333], 900 + i * 37 % 997]
         for i in range(150))]), suspects={("leakage", "log_price"), ("leakage", "band")}, target="price",
         unused={"log_price", "band"}),
    Case("parts.csv", csv([["weather", "temp", "casual", "registered", "cnt"], *(["abc"[i % 3], i * 7 % 31, i * 5 % 37,
         i * 11 % 89, i * 5 % 37 + i * 11 % 89] for i in range(150))]), target="cnt",
         suspects={("leakage", "casual"), ("leakage", "registered")}, unused={"casual", "registered"}),
    Case("nearly.csv", csv(column("x", ["same"] * 199 + ["other"], 200)), suspects={("nearly-constant", "x")}),
    Case("twice.csv", csv(flowers() + flowers()[1:6]), rows=65, suspects={("duplicates", None)}),
    Case("near.csv", csv([["text", "label"],
         *([f"{'GREAT' if i % 2 else 'great'} film number {i // 2} to see{'!' * (i % 2)}",
         "ab"[i // 2 % 2]] for i in range(60))]), suspects={("near-duplicates", None)}, task="text-classification"),
    Case("leak.csv", csv(leaky()),
         suspects={("leakage", "churn_code")}, unused={"churn_code"}, target="churn"),
    Case("rare.csv", csv(rare(12)), suspects={("imbalance", "fraud")}, metric="macro F1", target="fraud"),
    Case(
        "rarest.csv",
        csv(rare(40)),
        suspects={("imbalance", "fraud")},
        metric="average precision",
        target="fraud"
    ),
    Case("visits.csv", csv(visits()), task="tabular-regression", target="price", group="customer_id", time="visit_date",
         unused={"customer_id"}, suspects={("grouped", "customer_id")}),
    # Tasks
    Case("messages.csv", csv(messages()), roles={"message": "text", "label": "category"},
         task="text-classification", target="label"),
    Case("messages.tsv", csv(messages(False), delimiter="\t"), task="text-classification", target="column_1"),
    Case("some_unlabelled.csv", csv([[label if i % 9 else "", text] for i, (label, text) in enumerate(messages())]
         ).replace(b",message", b"label,message", 1), task="text-classification", target="label"),
    Case("molecules.csv", csv(molecules()), task="text-classification", target="passes", roles={"smiles": "text"}),
    Case("crossings.csv", csv(crossings()), task="tabular-classification", target="Jam"),
    Case("viviendas.csv", csv(dwellings(), delimiter=";"), task="tabular-regression", target="Precio_EUR"),
    Case("odd_target.csv", csv([*dwellings(), ["Madrid", "consultar", 70, 3, "gas"], ["Madrid", "a/c", 70, 3, "no"]]),
         task="tabular-regression", target="Precio_EUR", suspects={("sentinel", "Precio_EUR")}),
    Case("complaints.csv", csv(complaints()), task="text-classification", target="urgent"),
    Case("rare_label.csv", csv([*messages(), ["aardvark", "one message of its own kind, and no other"]]),
         task="text-classification", target="label"),
    Case("comments.csv", csv(comments()), task="text-classification", target="toxic"),
    Case("ratings.csv", csv(bought()), task="tabular-regression", target="rating", group="", time="",
         roles={"userId": "category", "movieId": "category"}),
    Case("lines_of_orders.csv", csv([["order_id", "customer_id", "items", "price"], *([f"o{i // 3}", f"c{i // 3 % 40}",
         i % 7, i % 7 * 4 + i % 3] for i in range(300))]), target="price", unused={"order_id", "customer_id"}),
    Case("firm.csv", csv(shares_of_a_firm()), task="time-series-forecasting", target="Close", time="Date"),
    Case("some_days.csv", csv([["date", "visits"], *([d, i * 7 % 60] for i, d in enumerate(days(300)) if i % 7 % 3)]),
         task="tabular-regression", target="visits", time="date"),
    Case("by_minute.csv", csv(by_minute(), delimiter=";"), task="time-series-forecasting", target="power"),
    Case("by_hour.csv", csv(by_hour()), suspects={("sentinel", "pm2.5")},
         task="time-series-forecasting", target="pm2.5"),
    Case("by_month.csv", csv(by_month()), task="tabular-regression", target="2022-12", unused={"product"}),
    Case("exam.csv", csv(exam()), task="tabular-regression", target="Final grade", unused={"Name"}),
    Case("prices.csv", csv(prices()), task="time-series-forecasting", target="price", group="symbol", time="date",
         parse={"date": {"format": "%b %d %Y"}}),
    Case("monthly.csv", csv(monthly()), task="time-series-forecasting", target="sales", time="month"),
]  # fmt: skip
