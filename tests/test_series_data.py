"""Series of one's own: what a table says about them, and projects that forecast several at once."""

import datetime
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hackgen.conversion import series as conversion
from hackgen.conversion.series import convert
from hackgen.errors import Problem
from hackgen.inspection import inspect
from hackgen.inspection.findings import Column
from hackgen.inspection.target import forecast
from hackgen.inspection.target.forecast import looks_like_series
from hackgen.inspection.target.seasons import find, series_facts
from projects import LIKE_WINDOWS, check_with_bug, generate, generate_own, run

STEPS = 180
MONTHS = [f"{1990 + i // 12}-{i % 12 + 1:02d}" for i in range(STEPS)]
MONTH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SHOPS = {"north": 1.0, "east, old": 1000.0, "süd": 0.01}


def sales(size: float, seed: int = 0) -> list[float]:
    """A season of 12 with some noise, in the size of a shop."""
    noise = np.random.default_rng(seed).normal(0, 0.1, STEPS)
    return [size * (5 + math.sin(2 * math.pi * i / 12) + noise[i]) for i in range(STEPS)]


def long_table(shuffled: bool = False) -> str:
    rows = [
        f'{month},"{name}",{value:.6g}'
        for name, size in SHOPS.items()
        for month, value in zip(MONTHS, sales(size), strict=True)
    ]
    if shuffled:
        np.random.default_rng(0).shuffle(rows)
    return "month,shop,sales\n" + "\n".join(rows) + "\n"


def write_files(folder: Path, many: int = 1) -> None:
    """A file for each shop, so many times."""
    folder.mkdir()
    for name, size in SHOPS.items():
        cells = (f"{m[5:]}/{m[:4]};{value:.6g}".replace(".", ",") for m, value in zip(MONTHS, sales(size), strict=True))
        text = "month;sales\n" + "\n".join(cells) + "\n"
        for number in range(many):
            (folder / f"{name}{number or ''}.csv").write_text(text, encoding="utf-8")


# what a table says


def columns(*roles: str, **details: dict) -> list[Column]:
    """Columns from "name role"."""
    return [Column(name, role, detail=details.get(name, {})) for name, role in (words.split() for words in roles)]


def ask(found: list[Column], rows: list[list[str]]) -> dict | None:
    place = {column.name: i for i, column in enumerate(found)}
    return looks_like_series(found, lambda names, most: [[row[place[n]] for n in names] for row in rows[:most]])


def days(count: int, every: int = 1) -> list[str]:
    return [str(datetime.date(2020, 1, 1) + datetime.timedelta(days=i * every)) for i in range(count)]


def test_one_series_is_seen() -> None:
    kept = [i for i in range(200) if i % 20]
    rows = [[days(200)[i], str(math.sin(2 * math.pi * i / 7))] for i in kept]
    found = ask(columns("day date", "sales number"), rows)
    assert found and (found["shape"], found["time"], found["target"], found["group"]) == ("one", "day", "sales", "")
    facts = found["facts"]
    assert facts["frequency"] == "day" and facts["season"]["steps"] == 7 and facts["gaps"]["missing"] == 9
    assert (facts["first"], facts["last"]) == ("2020-01-02", "2020-07-18")
    assert [suspect.kind for suspect in found["suspects"]] == ["gaps"]


def test_several_series_are_seen_below_and_beside_each_other() -> None:
    rows = [[day, shop, str(i % 7)] for shop in "abc" for i, day in enumerate(days(60))]
    found = ask(columns("day date", "shop category", "sales number"), rows)
    assert found and (found["shape"], found["group"], found["facts"]["series"]["count"]) == ("long", "shop", 3)
    rows = [[day, shop, item, str(i % 7)] for shop in "12" for item in "56" for i, day in enumerate(days(60))]
    found = ask(columns("day date", "shop number", "item number", "sales number"), rows)
    assert found and found["keys"] == ["shop", "item"] and found["group"] == "" and found["target"] == "sales"
    rows = [[day, str(i % 7), str(i % 7 + 1), str(i % 7 + 2)] for i, day in enumerate(days(60))]
    found = ask(columns("day date", "shop_1 number", "shop_2 number", "shop_3 number"), rows)
    assert found and (found["shape"], found["target"], len(found["values"])) == ("wide", "", 3)


def test_dates_in_parts_and_years_are_seen() -> None:
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    rows = [[str(1950 + i // 12), names[i % 12], str(i)] for i in range(60)]
    found = ask(columns("year number", "month category", "riders number"), rows)
    assert found and (found["time"], found["target"], found["facts"]["frequency"]) == ("", "riders", "month")
    found = ask(columns("year number", "flow number"), [[str(1871 + i), str(i % 9)] for i in range(100)])
    assert found and found["time"] == "year" and found["facts"]["frequency"] == "year"


@pytest.mark.parametrize("same", ["year", "year month", "day"])
def test_parts_of_a_date_may_be_the_same_in_all_rows(same: str) -> None:
    hours = [datetime.datetime(2020, 3, 1) + datetime.timedelta(hours=i) for i in range(600)]
    stamps = {
        "year": [datetime.datetime(2020, 2, 1) + datetime.timedelta(days=i) for i in range(200)],
        "year month": hours,
        "day": [datetime.datetime(1990 + i // 12, i % 12 + 1, 1) for i in range(120)],
    }[same]
    names = ["year", "month", "day", *(["hour"] if same == "year month" else [])]
    rows = [[*(str(getattr(stamp, name)) for name in names), str(i % 9)] for i, stamp in enumerate(stamps)]
    found = ask(columns(*(f"{n} {'constant' if n in same.split() else 'number'}" for n in names), "load number"), rows)
    assert found and (found["time"], found["target"], found["shape"]) == ("", "load", "one")
    assert found["facts"]["repeated_dates"] == 0 and found["facts"]["gaps"]["missing"] == 0
    rows = [["2020-03-01", f"{i // 60:02d}:{i % 60:02d}", str(i % 9)] for i in range(600)]
    found = ask(columns("date constant", "time identifier", "watt number", date={"format": "iso"}), rows)
    assert found and found["facts"]["frequency"] == "minute" and found["facts"]["steps"] == 600
    assert (
        ask(columns("date constant", "watt number", date={"format": "iso"}), [[row[0], row[2]] for row in rows]) is None
    )


def test_a_week_is_a_season_where_its_days_differ() -> None:
    hours, noise = np.arange(24 * 7 * 8), np.random.default_rng(0).normal(0, 0.3, 24 * 7 * 8)
    day = 2 * np.sin(2 * np.pi * hours / 24) + noise
    assert find(day, 1 / 24)[0] == 24
    assert find(day + 3 * (hours // 24 % 7 > 4), 1 / 24)[0] == 168


@pytest.mark.parametrize(
    ("season", "days"), [(2, 0), (3, 0), (7, 1), (24, 1 / 24), (48, 1 / 48), (52, 7), (96, 1 / 96), (288, 1 / 288)]
)
def test_seasons_are_found_in_noise(season: int, days: float) -> None:
    rng = np.random.default_rng(0)
    shape = np.sin(2 * np.pi * np.arange(season * 12) / season + 1) + 0.5 * (np.arange(season * 12) % season == 0)
    noise = 0.4 * shape.std() * rng.normal(size=len(shape))
    assert find(shape + noise + np.linspace(0, 9, len(shape)), days)[0] == season
    smooth = np.cumsum(
        np.convolve(rng.normal(size=600), 0.9 ** np.arange(60), "valid")
    )  # changes that last for a while
    assert find(smooth, days)[0] == find(np.cumsum(rng.normal(size=600)), days)[0] == 1


MAL = "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()
HOUR, FIRST = datetime.timedelta(hours=1), datetime.datetime(2020, 1, 1)
WRITTEN = {  # how step i is written: header, line, and what its step and first stamp are
    "quarters": ("quarter,gdp", lambda i: f"Q{i % 4 + 1} {1980 + i // 4},{i % 4}", "3 months", "1980-01"),
    "numbered quarters": ("q,gdp", lambda i: f"{i % 4 + 1}Q{1980 + i // 4},{i % 4}", "3 months", "1980-01"),
    "weeks": ("week,n", lambda i: f"{'{}-W{:02d}'.format(*iso_week(i))},{i % 4}", "7 days", "2015-01-05"),
    "parts of weeks": ("Jahr;KW;n", lambda i: f"{'{};{}'.format(*iso_week(i))};{i % 4}", "7 days", "2015-01-05"),
    "last weekdays": ("date,n", lambda i: f"{last_weekday(i)},{i % 12}", "month", "2000-01"),
    "spans": ("MTU (UTC),MW", lambda i: f"{hour(i)} - {hour(i + 1)},{i % 24}", "hour", "2020-01-01T00:00"),
    "fiscal years": ("year,n", lambda i: f"FY{1950 + i}/{(1951 + i) % 100:02d},{i % 4}", "year", "1950"),
    "fiscal quarters": ("p,gdp", lambda i: f"FY{1980 + i // 4} Q{i % 4 + 1},{i % 4}", "3 months", "1980-01"),
    "words of months": ("Jahr,Monat,n", lambda i: f"{2000 + i // 12},{MAL[i % 12]},{i % 12}", "month", "2000-01"),
    "days counted": ("Date,n", lambda i: f"{45292 + i},{i % 7}", "day", "2024-01-01"),
    "calendar weeks": ("KW,n", lambda i: f"{'{}/KW{:02d}'.format(*iso_week(i))},{i % 4}", "7 days", "2015-01-05"),
    "half-years": ("half,n", lambda i: f"{1850 + i // 2}H{1 + i % 2},{i % 4}", "6 months", "1850-01"),
    "hours from 1 to 24": (
        "Date;Hour;MW",
        lambda i: f"{FIRST + i * HOUR:%d.%m.%Y};{i % 24 + 1};1,{i % 9}",
        "hour",
        "2020-01-01T00:00",
    ),
    "mornings and evenings": (
        "Date,Time,MW",
        lambda i: f"{FIRST + i * HOUR:%m/%d/%Y,%I:%M %p},{i % 24}",
        "hour",
        "2020-01-01T00:00",
    ),
    "from and to": (
        "von;bis;MWh",
        lambda i: f"{hour(i)};{hour(i + 1)};1.{i % 9}00,5",
        "hour",
        "2020-01-01T00:00",
    ),
    "ten digits": (
        "MESS_DATUM,t",
        lambda i: f"{FIRST + i * HOUR:%Y%m%d%H},{i % 24}",
        "hour",
        "2020-01-01T00:00",
    ),
    "six digits": ("period,n", lambda i: f"{2000 + i // 12}{i % 12 + 1:02d},{i % 12}", "month", "2000-01"),
    "microseconds": ("time,n", lambda i: f"{(1577836800 + 60 * i) * 10**6},{i % 9}", "minute", "2020-01-01T00:00"),
    "no name": ("", lambda i: f"{1577836800 + 60 * i},{i % 9 + 0.5},{i % 7 + 90}", "minute", "2020-01-01T00:00"),
    "a place above": (
        "latitude,longitude,zone\n52.5,13.4,GMT\n\ntime,t (°C)",
        lambda i: f"{FIRST + i * HOUR:%Y-%m-%dT%H:%M},{i % 24}",
        "hour",
        "2020-01-01T00:00",
    ),
    "comments above": (
        "#group,false,true\n#default,_result,\n,table,_time,_value",
        lambda i: f",0,{FIRST + i * HOUR:%Y-%m-%dT%H:%M:%SZ},{i % 24}.5",
        "hour",
        "2020-01-01T00:00",
    ),
    "a market": (
        "Date,Price,Open,High,Low,Vol.",
        lambda i: f"{day(i)},{i % 9}.5,{i % 7}.5,{i % 9 + 99},{i % 8 + 1},{i + 1}.5M",
        "day",
        "2020-01-01",
    ),
    "units below": (
        "time;t\n;°C",
        lambda i: f"{FIRST + i * HOUR:%Y-%m-%d %H:%M};{i % 24},5",
        "hour",
        "2020-01-01T00:00",
    ),
}


def day(i: int) -> str:
    return f"{FIRST + 24 * i * HOUR:%Y-%m-%d}"


def iso_week(i: int) -> tuple[int, int]:
    return (datetime.date(2015, 1, 5) + datetime.timedelta(weeks=i)).isocalendar()[:2]


def last_weekday(i: int) -> datetime.date:
    end = datetime.date(2000 + (i + 1) // 12, (i + 1) % 12 + 1, 1) - datetime.timedelta(days=1)
    return end - datetime.timedelta(days=max(0, end.weekday() - 4))


def hour(i: int) -> str:
    return f"{FIRST + i * HOUR:%d.%m.%Y %H:%M}"


@pytest.mark.parametrize("name", WRITTEN)
def test_dates_as_exports_write_them(tmp_path: Path, name: str) -> None:
    header, line, step, first = WRITTEN[name]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(filter(None, [header, *map(line, range(300))])) + "\n", encoding="utf-8")
    found = inspect(str(path))
    assert found.suggestion and found.suggestion.task == "time-series-forecasting" and found.rows == 300
    facts = found.facts["series"]
    assert (facts["shape"], facts["frequency"], facts["first"], facts["steps"]) == ("one", step, first, 300)
    assert not facts["gaps"]["missing"] and not facts["repeated_dates"]


def across(count: int, heads: list[str], place: str = "Land {}") -> str:
    """A row for each of so many places, a column for each date; one value and the beginning of a row are missing."""
    lines = [",".join(["Name", "Code", "Lat", *heads])]
    for k in range(count):
        values = ["" if (k, i) == (1, 9) or i < 4 * k else f"{100 * k + 10 * (i % 7) + k}" for i in range(len(heads))]
        lines.append(",".join([f'"{place.format(k)}"', f"L{k // 2}", "52.5", *values]))
    return "\n".join(lines) + "\n"


HEADS = {
    "days": (days(120), "day", "2020-01-01", "2020-04-29"),
    "american days": ([f"{int(d[5:7])}/{int(d[8:])}/{d[2:4]}" for d in days(120)], "day", "2020-01-01", "2020-04-29"),
    "months": (MONTHS[:120], "month", "1990-01", "1999-12"),
    "years": ([str(year) for year in range(1900, 2020)], "year", "1900", "2019"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_column_for_each_date_is_seen(tmp_path: Path, name: str) -> None:
    heads, step, first, last = HEADS[name]
    path = tmp_path / "across.csv"
    path.write_text(across(5, heads), encoding="utf-8")
    found = inspect(str(path))
    assert found.suggestion and (found.suggestion.task, found.suggestion.target) == ("time-series-forecasting", None)
    facts = found.facts["series"]
    assert (facts["shape"], facts["frequency"], facts["first"], facts["last"]) == ("across", step, first, last)
    assert facts["gaps"]["missing"] == 1 and facts["series"]["count"] == 5 and found.suggestion.group == "Name"
    path.write_text(across(5, [f"d_{i}" for i in range(120)]), encoding="utf-8")
    assert "series" not in inspect(str(path)).facts
    assert inspect(str(path), "d_119").suggestion.target == "d_119"


@pytest.mark.slow
def test_a_project_reads_a_column_for_each_date(tmp_path: Path) -> None:
    path = tmp_path / "across.csv"
    path.write_text(across(5, HEADS["american days"][0], "A {}"), encoding="utf-8")
    project = generate_own(tmp_path / "p", path)
    found = probe(project)
    assert list(found["meta"]["series"]) == [f"A {k}" for k in range(5)]
    assert [row.count(None) for row in found["values"]] == [0, 4, 8, 12, 16]
    assert found["meta"]["start"].startswith("2020-01-01") and found["meta"]["season"] == 7
    run(project, "train.py", "--smoke", "--out", "first").ok()
    run(project, "evaluate.py", "first").ok()
    newer = across(2, HEADS["american days"][0] + ["4/30/20"], "B {}")
    path.write_text(newer, encoding="utf-8")
    run(project, "predict.py", str(path), "--run", "first").refused(1, "hackgen convert")
    convert(inspect(str(path)), tmp_path / "plain.csv")
    told = json.loads(run(project, "predict.py", str(tmp_path / "plain.csv"), "--run", "first", "--json").ok().out)
    assert {row["series"] for row in told} == {"B 0", "B 1"} and told[0]["time"] == "2020-05-01"


@pytest.mark.parametrize(
    "content",
    [
        {"zone": "GMT", "units": {"time": "iso", "t": "°C"}, "daily": {"time": days(200), "t": [*range(200)]}},
        {
            "Meta Data": {"1": "Daily"},
            "Series": {day: {"open": i % 9, "close": i % 7} for i, day in enumerate(days(200))},
        },
        {"sales": {str(1577836800000 + 86400000 * i): i % 7 for i in range(200)}},
        {day: i % 7 for i, day in enumerate(days(200))},
        {"prices": [[1577836800000 + 86400000 * i, i % 7 + 0.5] for i in range(200)]},
    ],
)
def test_series_as_services_and_pandas_answer_them(tmp_path: Path, content: dict) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    found = inspect(str(path))
    assert found.rows == 200 and found.suggestion and found.suggestion.task == "time-series-forecasting"
    facts = found.facts["series"]
    assert (facts["shape"], facts["frequency"], facts["first"]) == ("one", "day", "2020-01-01")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["weeks", "parts of weeks", "last weekdays", "spans", "from and to", "a place above", "comments above"]
)
def test_a_project_reads_such_dates(tmp_path: Path, name: str) -> None:
    header, line, _, first = WRITTEN[name]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(filter(None, [header, *map(line, range(300))])) + "\n", encoding="utf-8")
    found = probe(generate_own(tmp_path / "p", path))
    assert found["meta"]["start"].startswith(first.replace("T", " ")) and found["meta"]["steps"] == 300
    assert "missing" not in found["notes"] and "repeat" not in found["notes"]


def test_a_long_table_says_of_which_rows_steps_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.csv"
    path.write_text("day,n\n" + "".join(f"{day},{i % 7}\n" for i, day in enumerate(days(3000))), encoding="utf-8")
    assert not inspect(str(path)).notes
    monkeypatch.setattr(forecast, "MOST_ROWS", 500)
    found = inspect(str(path))
    assert any("first 500 rows" in note for note in found.notes) and found.facts["series"]["steps"] == 500
    assert (found.facts["series"]["first"], found.facts["series"]["last"]) == ("2020-01-01", days(3000)[-1])


def test_times_of_day_beside_parts_of_a_date_are_seen() -> None:
    rows = [["2020", "1", "2", f"{i // 60:02d}:{i % 60:02d}", str(i % 9)] for i in range(300)]
    found = ask(columns("year number", "month number", "day number", "time category", "n number"), rows)
    assert found and found["facts"]["frequency"] == "minute" and found["facts"]["repeated_dates"] == 0


def test_months_beside_each_other_are_one_series() -> None:
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    rows = [[str(year), *(str(math.sin(i / 6 * math.pi)) for i in range(12))] for year in range(1950, 1980)]
    found = ask(columns("YEAR number", *(f"{name} number" for name in names)), rows)
    assert found and (found["shape"], found["target"], found["facts"]["steps"]) == ("one", "", 360)
    assert found["facts"]["season"]["steps"] == 12


def test_rows_without_dates_make_a_project_where_a_person_wants_it(tmp_path: Path) -> None:
    project = made(tmp_path, "t", "word,n\n" + "".join(f"w{i},{i % 7}\n" for i in range(90)))
    assert "step = 1" in (project / "data/schema.toml").read_text(encoding="utf-8")


def test_what_is_no_series_is_left_alone() -> None:
    rng = np.random.default_rng(0)
    people = [
        [str(datetime.date(1960, 1, 1) + datetime.timedelta(days=int(d))), str(d % 9), "ab"[d % 2]]
        for d in rng.integers(0, 9000, 80)
    ]
    assert ask(columns("born date", "height number", "sex category"), people) is None
    assert ask(columns("signed_up date", "age number", "sex category"), people) is None
    assert ask(columns("a number", "b number"), [[str(i), str(i)] for i in range(50)]) is None
    assert ask(columns("day date", "value number"), [[day, "1"] for day in days(5)]) is None


def test_facts_hold_json() -> None:
    facts = series_facts([1, 2, 3, 3, 5], [1.0, None, 2.0, 3.0, 4.0], list("aaaaa"))
    assert facts and facts["repeated_dates"] == 1 and facts["gaps"]["longest"] == 1
    json.dumps(facts, allow_nan=False)
    assert series_facts([1], [1.0]) is None


# projects


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("series") / "forecast", task="time-series-forecasting")


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project for three series below each other, its rows in no order."""
    folder = tmp_path_factory.mktemp("shops")
    (folder / "all shops.csv").write_text(long_table(shuffled=True), encoding="utf-8")
    return generate_own(folder / "p", folder / "all shops.csv")


PROBE = """
import json, sys
import common, data
found = data.load(common.configured(json.loads(sys.argv[1])))
rows = {name: len(getattr(found, name).ids) for name in ("train", "valid", "test")}
steps = {name: getattr(found, name).ids % found.meta["steps"] for name in rows}
ends = {name: [int(f(steps[name])) for f in (min, max)] for name in rows}
values = found.train.inputs.values.reshape(-1, found.meta["steps"])
plain = data.decode(values, found.meta["series"]).round(4).astype(object)
plain[plain != plain] = None
print(json.dumps({"meta": found.meta, "rows": rows, "steps": ends, "values": plain.tolist()}))
"""


def probe(project: Path, **knobs: object) -> dict:
    """What data.load makes of a project's data; `notes` is what it said."""
    (project / "probe.py").write_text(PROBE, encoding="utf-8")
    done = run(project, "probe.py", json.dumps(knobs)).ok()
    return {**json.loads(done.out), "notes": done.err}


def made(folder: Path, name: str, content: str, **answers: object) -> Path:
    """A project for a table of this content."""
    (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return generate_own(folder / name, folder / f"{name}.csv", task="time-series-forecasting", **answers)


@pytest.mark.slow
def test_several_series_are_forecast_together(shops: Path) -> None:
    run(shops, "train.py", "--smoke", "--out", "long").ok()
    run(shops, "evaluate.py", "long").ok()
    folder = shops / "runs" / "long"
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    each = report["other_metrics"]["mase_by_series"]
    assert set(each) == set(SHOPS) and report["score"] == pytest.approx(np.mean(list(each.values())))
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    train = np.array(sales(1000.0))[: STEPS - round(0.25 * STEPS) - round(0.15 * STEPS)]
    unit = meta["series"]["east, old"]["unit"]
    assert meta["season"] == 12 and unit == pytest.approx(np.abs(train[12:] - train[:-12]).mean(), rel=1e-4)
    predictions = np.load(folder / "predictions.npz")
    ours = predictions["target"][:, 0] == list(meta["series"]).index("north")
    gap = np.abs(predictions["output"][ours] - predictions["target"][ours, 1:]).mean()
    assert each["north"] == pytest.approx(gap, rel=1e-4)
    for words in (["3"], ["data/all_shops.csv"]):
        rows = json.loads(run(shops, "predict.py", *words, "--run", "long", "--json").ok().out)
        assert {row["series"] for row in rows} == set(SHOPS) and rows[0]["time"] == "2005-01-01"
        size = {row["series"]: row["forecast"] for row in rows}
        assert all(2 * SHOPS[name] < size[name] < 8 * SHOPS[name] for name in SHOPS)
        assert all(row["low"] < row["forecast"] < row["high"] for row in rows)
    fresh = "month,shop,sales\n" + "\n".join(f"{m},new,{v:.5f}" for m, v in zip(MONTHS, sales(3.0), strict=True))
    rows = json.loads(run(shops, "predict.py", "-", "--run", "long", "--json", stdin=fresh).ok().out)
    assert {row["series"] for row in rows} == {"new"} and len(rows) == 12
    beyond = json.loads(run(shops, "predict.py", "14", "-", "--run", "long", "--json", stdin=fresh).ok().out)
    run(shops, "predict.py", "14", "-", "--run", "long", "--csv", "answers.csv", stdin=fresh).ok()
    lines = (shops / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "series,time,forecast,low,high" and len(lines) == 1 + len(beyond)
    assert [row["forecast"] for row in beyond[:12]] == [row["forecast"] for row in rows]
    assert len(beyond) == 14 and "low" in beyond[11] and "low" not in beyond[12]
    run(shops, "predict.py", "-", "--run", "long", stdin="day;n\n2020-01-01;1\n").refused(1, "hackgen convert")


@pytest.mark.slow
def test_every_layout_gives_the_same_series(shops: Path, tmp_path: Path) -> None:
    lines = zip(MONTHS, *(sales(size) for size in SHOPS.values()), strict=True)
    wide = "month,s1,s2,s3\n" + "\n".join(f"{m},{a:.6g},{b:.6g},{c:.6g}" for m, a, b, c in lines)
    write_files(tmp_path / "files")
    projects = {"long": shops, "wide": made(tmp_path, "wide", wide)}
    projects["files"] = generate_own(tmp_path / "p", tmp_path / "files")
    found = {name: probe(project) for name, project in projects.items()}
    units = [sorted(about["unit"] for about in facts["meta"]["series"].values()) for facts in found.values()]
    assert units[0] == pytest.approx(units[1], rel=1e-4) and units[1] == pytest.approx(units[2], rel=1e-4)
    assert set(found["files"]["meta"]["series"]) == set(SHOPS)
    steps = found["long"]["steps"]
    assert (
        steps["train"][1] + 12 <= steps["valid"][0] and steps["valid"][1] + 12 <= steps["test"][0]
    )  # the same date for all
    assert all(facts["steps"] == steps for facts in found.values())
    assert list(probe(projects["wide"], target="s2")["meta"]["series"]) == ["s2"]
    assert list(probe(projects["wide"], target="s2, s1")["meta"]["series"]) == ["s2", "s1"]
    assert list(probe(projects["wide"], target="all")["meta"]["series"]) == ["s1", "s2", "s3"]
    one = probe(projects["wide"], target="s2", time="none")
    assert float(one["meta"]["start"]) == 0 and one["values"][0] == found["wide"]["values"][1]


@pytest.mark.slow
def test_messy_rows_become_regular_steps(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = long_table(shuffled=True).splitlines()
    rows = [rows[0], *(row for row in rows[1:] if rng.random() > 0.05), *rows[5:9], "1999-01,north,", ",north,3"]
    found = probe(made(tmp_path, "messy", "\n".join(rows)))
    assert "steps are missing" in found["notes"] and "repeat a date" in found["notes"]
    assert "2 of" in found["notes"] and "left out" in found["notes"] and len(found["meta"]["series"]) == 3
    some = [*rows, *(f"{month},short,{i}" for i, month in enumerate(MONTHS[:9]))]
    some += [f"{month},still,7" for month in MONTHS]
    some += [f"{month},holes,{i}" for i, month in enumerate(MONTHS) if i % 5 < 2]
    found = probe(made(tmp_path, "some", "\n".join(some)))
    assert set(found["meta"]["series"]) == set(SHOPS) and "series are too short or constant" in found["notes"]
    begin = datetime.datetime(2020, 1, 1)
    seconds = np.sort(rng.uniform(0, 300 * 86400, 2000))
    cells = [f"{begin + datetime.timedelta(seconds=int(s))},{math.sin(s / 86400):.4f}" for s in seconds]
    found = probe(made(tmp_path, "irregular", "at,value\n" + "\n".join(cells)))
    assert found["meta"]["schema"]["average"] and found["meta"]["schema"]["step"] == "D"
    first = [math.sin(s / 86400) for s in seconds if s < 86400]
    assert found["values"][0][0] == pytest.approx(np.mean(first), abs=1e-3)
    dated = [f"{day},{day[:4]},{int(day[5:7])},{i % 7}" for i, day in enumerate(days(200))]
    found = probe(made(tmp_path, "dated", "day,year,month,n\n" + "\n".join(dated)))
    assert found["meta"]["schema"]["columns"]["day"]["role"] == "date" and found["meta"]["season"] == 7


GERMAN = "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()
SPANISH = ("enero", "febrero")
APART = {  # parts of dates in columns of their own: the table, the step, the first stamp
    "months": (
        ["year,month,value"] + [f"{1950 + i // 12},{i % 12 + 1},{i % 5}" for i in range(300)],
        "MS",
        "1950-01-01",
    ),
    "days": (
        ["dd,mm,yyyy,a,b,c"]
        + [f"{d[8:]},{d[5:7]},{d[:4]},{i % 7},{i % 7 + 1},{i % 7 + 2}" for i, d in enumerate(days(300))],
        "D",
        "2020-01-01",
    ),
    "hours": (["date,hour,y"] + [f"{d},{h},{h % 5}" for d in days(20) for h in range(24)], "h", "2020-01-01"),
    "quarters": (["yr,qtr,y"] + [f"{1950 + i // 4},{i % 4 + 1},{i % 9}" for i in range(300)], "QS", "1950-01-01"),
    "names": (["Year,Month,n"] + [f"{1950 + i // 12},{MONTH[i % 12]},{i % 5}" for i in range(300)], "MS", "1950-01-01"),
    "columns": (
        [",".join(["Year", *MONTH])]
        + [",".join([str(y), *(str((y + k) % 5) for k in range(12))]) for y in range(1950, 1980)],
        "MS",
        "1950-01-01",
    ),
    "periods": (
        ["who,q,n"] + [f"{w},{i % 4 + 1}-{2000 + i // 4},{i % 9}" for w in "ab" for i in range(60)],
        "QS",
        "2000-01-01",
    ),
    "years": (
        ["year,place,y"] + [f"{y},p{k},{y % 9 + k}" for k in range(4) for y in range(1900, 2000)],
        "YS",
        "1900-01-01",
    ),
    "commas": (["day;y"] + [f"{d};{i % 7},{i:03d}" for i, d in enumerate(days(300))], "D", "2020-01-01"),
    "German": (
        ["Monat;Wert"] + [f"{GERMAN[i % 12]} {2000 + i // 12};{i % 9},5" for i in range(150)],
        "MS",
        "2000-01-01",
    ),
    "Spanish": (
        ["m,y"] + [f"{int(d[8:])} de {SPANISH[int(d[6]) - 1]} de 2020,{i % 9}" for i, d in enumerate(days(60))],
        "D",
        "2020-01-01",
    ),
    "fiscal": (
        ["q,y"] + [f"{2000 + i // 4}-{(3 * i + 1) % 12 + 1:02d},{i % 9}" for i in range(90)],
        "QS-FEB",
        "2000-02-01",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APART)
def test_dates_in_parts_are_read(tmp_path: Path, name: str) -> None:
    lines, step, first = APART[name]
    found = probe(made(tmp_path, "apart", "\n".join(lines) + "\n"))
    assert found["meta"]["schema"]["step"] == step and found["meta"]["start"].startswith(first)
    assert "missing" not in found["notes"] and "repeat" not in found["notes"]


LARGE = {
    "shuffled": long_table(shuffled=True),
    "gaps": "day,y\n" + "".join(f"{day},{i % 7 + i / 100}\n" for i, day in enumerate(days(300)) if i % 11),
    "wide": "day,a,b,c\n" + "".join(f"{d},{i % 7},{i % 7 + 1},{i % 7 + 2}\n" for i, d in enumerate(days(300))),
    "commas": "\n".join(APART["commas"][0]),
    "days": "\n".join(APART["days"][0]),
    "hours": "\n".join(APART["hours"][0]),
    "years": "\n".join(APART["years"][0]),
    "irregular": "at,value\n"
    + "".join(f"{FIRST + i * i % 97 * HOUR / 9 + 5 * i * HOUR},{i % 9}\n" for i in range(900)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LARGE, "files"])
def test_large_tables_are_read_in_pieces_and_give_the_same(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "LARGE", 0)
    if name == "files":
        write_files(tmp_path / "files")
        (tmp_path / "files" / "other.csv").write_text("day,n\n2020-01-01,1\n", encoding="utf-8")
        source, small = tmp_path / "files", generate_own(tmp_path / "p", tmp_path / "files")
    else:
        source, small = tmp_path / f"{name}.csv", made(tmp_path, name, LARGE[name])
    large = generate_own(tmp_path / "large", source, copy=False, task="time-series-forecasting")
    code = PROBE.replace("import common, data", "import common, data, prepare; prepare.PIECE, prepare.BLOCK = 100, 50")
    (large / "probe.py").write_text(LIKE_WINDOWS + code, encoding="utf-8")
    found = [probe(small), *(json.loads(run(large, "probe.py", "{}").ok().out) for _ in range(2))]
    assert [len(list((large / "prepared").iterdir()))] == [1]
    for other in found[1:]:
        assert list(other["meta"]["series"]) == list(found[0]["meta"]["series"])
        assert other["rows"] == found[0]["rows"] and other["steps"] == found[0]["steps"]
        here, there = (np.array(one["values"], float) for one in (other, found[0]))
        assert np.allclose(here, there, rtol=1e-5, atol=2e-4, equal_nan=True)
    os.utime(source if source.is_file() else source / "north.csv", ns=(1, 1))
    run(large, "probe.py", "{}").ok()
    assert len(list((large / "prepared").iterdir())) == 2  # the source has changed


@pytest.mark.slow
def test_the_schema_says_how_cells_are_written(tmp_path: Path) -> None:
    cells = [
        f"{m[5:]}|{m[:4]};{1000 * v:,.2f} €".translate(str.maketrans(",.", ".,"))
        for m, v in zip(MONTHS, sales(1.0), strict=True)
    ]
    cells[7] = cells[7].partition(";")[0] + ";-999"
    plain = [cell.replace("|", "/").replace(" €", "") for cell in cells]
    project = made(tmp_path, "t", "monat;umsatz\n" + "\n".join(plain) + "\n")
    schema = project / "data" / "schema.toml"
    written = schema.read_text(encoding="utf-8")
    assert 'decimal = ","' in written and "%m/%Y" in written
    found = probe(project)
    assert found["meta"]["start"].startswith("1990-01-01") and found["meta"]["season"] == 12
    (project / "data" / "t.csv").write_text("monat;umsatz\n" + "\n".join(cells) + "\n", encoding="utf-8")
    said = run(project, "data.py").refused(1, "0 rows with date and value", "data/schema.toml")
    assert "Traceback" not in said
    (project / "data" / "t.csv").write_text("\n".join(["monat;umsatz", *plain]).replace(" €", ""), encoding="utf-8")
    schema.write_text(written.replace('decimal = ","', 'decimal = ",", missing = ["-999"]'), encoding="utf-8")
    found = probe(project)
    assert 3000 < np.mean(found["values"][0]) < 7000 and "1 of 180 steps are missing" in found["notes"]
    for right, wrong, said in (
        ('role = "value"', 'role = "vlue"', "needs a role"),
        ('"%m/%Y"', '"%Y"', "0 rows with date"),
        ("[columns]", "[colums]", "columns"),
        ('step = "MS"', "step = MS", "schema.toml"),
    ):
        schema.write_text(written.replace(right, wrong, 1), encoding="utf-8")
        run(project, "data.py").refused(1, said)


@pytest.mark.slow
def test_newer_history_may_be_written_in_another_style(tmp_path: Path) -> None:
    lines = [f"{day};{20 + i % 7},{i % 10}5" for i, day in enumerate(days(300))]
    project = made(tmp_path, "t", "day;n\n" + "\n".join(lines))
    run(project, "train.py", "--smoke", "--out", "first").ok()
    newer = ["day;n", *lines[-60:]]
    own = run(project, "predict.py", "-", "--run", "first", "--json", stdin="\n".join(newer)).ok()
    points = run(project, "predict.py", "-", "--run", "first", "--json", stdin="\n".join(newer).replace(",", ".")).ok()
    assert json.loads(points.out) == json.loads(own.out) and "decimal mark is not" in points.err
    newer[-1] = newer[-1].partition(";")[0] + ";closed"
    lost = run(project, "predict.py", "-", "--run", "first", stdin="\n".join(newer)).ok()
    assert "1 of 60 cells cannot be read, such as 'closed'" in lost.err


STYLES = {  # how a row of step i is written, as in training
    "months in words": lambda i: f"{MAL[i % 12]} {2000 + i // 12};{1000 + i},5 €",
    "quarters": lambda i: f"Q{i % 4 + 1} {1980 + i // 4};{i % 4} %",
    "weeks": lambda i: f"{'{}-W{:02d}'.format(*iso_week(i))};{i}.5K",
    "fiscal years": lambda i: f"{1800 + i}/{(1801 + i) % 100:02d};" + (f"$({i}.5)" if i % 2 else f"${i}"),
}


@pytest.mark.parametrize("style", STYLES)
def test_newer_history_is_read_as_training_was(tmp_path: Path, style: str) -> None:
    """Its file is the copy, so whatever is written so is read so."""
    text = "when;n\n" + "\n".join(map(STYLES[style], range(200))) + "\n"
    project = made(tmp_path, "t", text)
    assert (project / "data" / "t.csv").read_text(encoding="utf-8") == text
    found = probe(project)
    assert found["meta"]["steps"] == 200 and not found["notes"], found["notes"]


BUGS = [  # check, file, what stands there, the bug
    ("inputs-matter", "data.py", "Windows(flat, ids, range(-", "Windows(flat, ids[::-1].copy(), range(-"),
    ("splits-disjoint", "data.py", "min(end, known[-1] + 1) - horizon", "min(end, known[-1] + 1 - horizon)"),
    ("loss-at-start", "models/mixer.py", "std=0.01", "std=1.0"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("check", "file", "right", "wrong"), BUGS, ids=[bug[0] for bug in BUGS])
def test_a_planted_bug_is_found(project: Path, check: str, file: str, right: str, wrong: str) -> None:
    check_with_bug(project, check, file, right, wrong)


@pytest.mark.slow
def test_what_cannot_be_series_gets_one_line(tmp_path: Path, shops: Path) -> None:
    holes = "\n".join(f"{day},{i}" for i, day in enumerate(days(900)) if i % 7 < 3 or i % 100 < 30)
    wrong = {
        "holes": ("day,value\n" + holes, "have no value"),
        "short": ("day,shop,v\n" + "".join(f"{d},{s},{k}\n" for s in "ab" for k, d in enumerate(days(8))), "too few"),
        "still": (
            "day,shop,v\n" + "".join(f"{d},{s},{int(i > 180)}\n" for i, d in enumerate(days(200)) for s in "ab"),
            "different values",
        ),
    }
    for name, (content, word) in wrong.items():
        project = made(tmp_path, name, content, group="shop" if "shop" in content else None)
        run(project, "train.py", "--smoke").refused(1, word)
    run(shops, "train.py", "--smoke", "--group", "store").refused(1, "--group", "'store'")
    run(shops, "train.py", "--smoke", "--target", "sale").refused(1, "'sale'")
    run(shops, "train.py", "--smoke", "--context", "5").refused(2, "--context", "--season 1")


def test_a_table_that_is_no_series_says_why(tmp_path: Path) -> None:
    wrong = {
        "no columns tell the rows of one date apart": [f"{day},{i}" for i, day in enumerate(days(60) * 4)],
        "rows repeat a date": [f"{day},{i}" for i, day in enumerate([*days(200), *days(20)])],
        "fewer than 24": [f"{day},{i}" for i, day in enumerate(days(20))],
        "of the steps have no row": [f"{day},{i}" for i, day in enumerate(days(900)) if i % 7 < 3 or i % 100 < 30],
    }
    for word, lines in wrong.items():
        (tmp_path / "t.csv").write_text("day,value\n" + "\n".join(lines), encoding="utf-8")
        found = inspect(str(tmp_path / "t.csv"))
        assert any("not taken as series" in note and word in note for note in found.notes), (word, found.notes)


def test_dates_of_no_known_form_get_one_line(tmp_path: Path) -> None:
    lines = [
        f"{month}-1-{year},{year + i}" for year in range(1995, 2005) for i, month in enumerate(("Jan", "Feb", "Mar"))
    ]
    (tmp_path / "t.csv").write_text("DATE,orders\n" + "\n".join(lines), encoding="utf-8")
    with pytest.raises(Problem, match='"DATE" holds no date that can be read'):
        generate_own(tmp_path / "p", tmp_path / "t.csv", task="time-series-forecasting")


THINNED = """
import json
import numpy as np
import common, data
found = {}
for data.MOST_SCORED in (10**6, 10):
    made = data.load(common.configured({}))
    forecast = [np.unique(part.ids[:, None] + np.arange(12)) for part in made[:3]]
    rows = [len(part.ids) for part in made[:3]]
    apart = np.unique(np.diff(made.test.ids)).tolist()
    found[data.MOST_SCORED] = [rows, [len(k) for k in forecast], [int(k[-1]) for k in forecast], apart]
print(json.dumps(list(found.values())))
"""


@pytest.mark.slow
def test_of_many_windows_those_that_are_scored_still_forecast_each_step(project: Path) -> None:
    all_of_them, thinned = json.loads(run(project, "-c", THINNED).ok().out)
    (train, valid, test), forecast, newest, apart = all_of_them
    assert apart == [1] and test > 10 * 11
    assert thinned[0][0] == train and thinned[2] == newest and thinned[3] == [12]
    between = min(12, 1 + (valid + 11) // 10)
    assert (valid - 1) % between  # so that the oldest window is nearer to the next one than others are
    assert thinned[0][1:] == [-(-valid // between) + 1, -(-test // 12)]
    assert thinned[1] == forecast  # each step that is forecast by all windows
