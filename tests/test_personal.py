"""Personal data: found by the name of a column and by its cells, not used, and nowhere in a project."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hackgen.inspection import Findings, inspect
from hackgen.inspection.show import text
from hackgen.inspection.words import people

GIVEN = "Anna Kofi Mei Priya Carlos Fatima John Olga Hiroshi Chidi Ngozi Bjarne".split()
LAST = "Meyer Okafor Zhang Patel García Haddad Smith Ivanova Tanaka Eze Obi Holm".split()
CHANCE = random.Random(0)
ROWS = range(240)
ABROAD = {  # given names, family names
    "es": ("José María Lucía Sofía Carlos", "García Núñez Peña"),
    "ru": ("Иван Анна Сергей Ольга Дмитрий", "Петров Сидорова Кузнецов"),
    "ar": ("محمد أحمد فاطمة علي عائشة", "الحسن العلي منصور"),
    "hi": ("राहुल प्रिया अमित सुनीता दीपक", "शर्मा वर्मा पटेल"),
    "tr": ("Ahmet Mehmet Ayşe Fatma Hüseyin", "Yılmaz Kaya Çelik"),
}
ABROAD = {
    lang: [f"{a} {b}" for a in given.split() for b in family.split()] * 16 for lang, (given, family) in ABROAD.items()
}
ABROAD["zh"] = [a + b for a in "王李张刘陈杨赵黄" for b in ("伟", "芳芳", "国强")] * 10
ABROAD["ko"] = [a + b for a in "김이박최정강" for b in ("민수", "서연", "지훈", "하은")] * 10
MADE = {
    people.NAMES: [f"{CHANCE.choice(GIVEN)} {CHANCE.choice(LAST)}" for _ in ROWS],
    people.MAIL: [f"{CHANCE.choice(GIVEN).lower()}{i}@example.org" for i in ROWS],
    people.PHONE: [f"+49 {CHANCE.randrange(150, 180)} {CHANCE.randrange(10**6, 10**7)}" for _ in ROWS],
    people.ADDRESS: [f"{CHANCE.randrange(1, 200)} {CHANCE.choice(LAST)} Street, Leeds" for _ in ROWS],
    people.ACCOUNT: ["GB82 WEST 1234 5698 7654 32" if i % 3 else "DE89370400440532013000" for i in ROWS],
    people.IDENTITY: [f"{CHANCE.randrange(100, 999)}-{CHANCE.randrange(10, 99)}-{1000 + i}" for i in ROWS],
    people.NETWORK: [f"10.{i % 7}.{i}.{CHANCE.randrange(256)}" for i in ROWS],
}


def table(folder: Path, columns: dict[str, list[Any]], name: str = "clients.csv") -> str:
    rest = {"visits": [i % 9 for i in ROWS], "spent": [round(i * 1.7 % 23, 2) for i in ROWS]}
    whole = columns | rest | {"left": ["yes" if i % 9 < 3 else "no" for i in ROWS]}
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(whole)
        writer.writerows(zip(*whole.values(), strict=True))
    return str(folder / name)


def kinds(found: Findings) -> dict[str, str]:
    return {column.name: column.detail["personal"] for column in found.columns if "personal" in column.detail}


@pytest.mark.parametrize("kind", people.KINDS)
def test_personal_data_are_found_by_their_cells_alone(tmp_path: Path, kind: str) -> None:
    found = inspect(table(tmp_path, {"column": MADE[kind]}))
    assert kinds(found) == {"column": kind}
    assert not found.columns[0].use and ("personal", "column") in {(s.kind, s.column) for s in found.suspects}
    shown = text(found) + json.dumps(found.to_json())
    assert not [cell for cell in MADE[kind] if cell in shown]


@pytest.mark.parametrize("lang", ABROAD)
def test_names_of_people_are_found_in_many_languages(tmp_path: Path, lang: str) -> None:
    found = inspect(table(tmp_path, {"c7": ABROAD[lang]}))
    assert kinds(found) == {"c7": people.NAMES}


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Customer Name", [f"Xq{chr(97 + i % 26)}ul Vorn{chr(97 + i // 26)}" for i in ROWS], people.NAMES),
        ("Nachname", [f"{one}{other}" for one in LAST for other in ("", "son")] * 10, people.NAMES),
        ("姓名", [f"{'王李张刘陈'[i % 5]}{'伟芳娜敏静丽强磊'[i % 8]}" for i in ROWS], people.NAMES),
        ("Name", [f"{LAST[i % 12]}, Mr. {GIVEN[i % 12]}" for i in ROWS], people.NAMES),
        ("Kunde", [f"{LAST[i % 12]} {GIVEN[i % 12]}" for i in ROWS], people.NAMES),
        ("name.first", [f"Xq{chr(97 + i % 26)}ul" for i in ROWS], people.NAMES),
        ("user_name", [f"sadbird{i}" for i in ROWS], people.NAMES),
        ("user.email", [f"user{i}@host" for i in ROWS], people.MAIL),
        ("mobile", [9_000_000_000 + 37 * i for i in ROWS], people.PHONE),
        ("Tel.", [f"0341 / {20000 + i}" for i in ROWS], people.PHONE),
        ("home address", [f"{i} Elm, Apt {i % 4}" for i in ROWS], people.ADDRESS),
        ("cc_num", [4_000_000_000_000_000 + 7919 * i for i in ROWS], people.ACCOUNT),
        ("Account No", [f"{70000000 + i // 2}" for i in ROWS], people.ACCOUNT),
        ("national_id", [f"S{1000000 + i}F" for i in ROWS], people.IDENTITY),
        ("Telefonnummer", [f"0151{2_000_000 + 7919 * i}" for i in ROWS], people.PHONE),
        ("accountnumber", [70_000_000 + 7919 * i for i in ROWS], people.ACCOUNT),
        ("Steuer-ID", [f"{10**10 + 7919 * i}" for i in ROWS], people.IDENTITY),
        ("Name des Kunden", [f"Xq{chr(97 + i % 26)}ul Vorn" for i in ROWS], people.NAMES),
        ("kundenname", [f"Xq{chr(97 + i % 26)}ul" for i in ROWS], people.NAMES),
        ("Vor- und Nachname", [f"Xq{chr(97 + i % 26)}ul Vorn" for i in ROWS], people.NAMES),
        ("Förnamn", [f"Xq{chr(97 + i % 26)}ul" for i in ROWS], people.NAMES),
        ("Họ và tên", [f"Xq{chr(97 + i % 26)}ul Vorn" for i in ROWS], people.NAMES),
        ("客户姓名", [f"欧阳{'伟芳娜敏'[i % 4]}{'静丽'[i % 2]}" for i in ROWS], people.NAMES),
        ("ग्राहक का नाम", [f"{'कखगघच'[i % 5]}ुमा{'री' * (i % 2)}" for i in ROWS], people.NAMES),
        ("手机号码", [f"138{10_000_000 + 7919 * i}" for i in ROWS], people.PHONE),
        ("Эл. почта", [f"user{i}@host" for i in ROWS], people.MAIL),
        ("e-mail", [f"user{i} at example.org"[: i % 2 * 99] or f"user{i}@host" for i in ROWS], people.MAIL),
    ],
)
def test_personal_data_are_found_by_the_name_of_the_column(
    tmp_path: Path, name: str, cells: list[Any], kind: str
) -> None:
    assert kinds(inspect(table(tmp_path, {name: cells}))) == {name: kind}


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("PhoneService", ["Yes", "No"] * 120),
        ("phone_calls", list(ROWS)),
        ("account_balance", [f"{100000 + 31.5 * i}" for i in ROWS]),
        ("mobile_weight", [141 + i % 50 for i in ROWS]),
        ("country name", ["New Zealand", "South Africa", "Costa Rica", "United States"] * 60),
        (
            "name",
            [f"{['Ford', 'Toyota', 'Honda'][i % 3]} {['Torino', 'Corolla', 'Civic', 'Pinto'][i % 4]}" for i in ROWS],
        ),
        ("city", ["Florence", "Sydney", "Victoria", "Sofia", "Paris", "Charlotte"] * 40),
        ("Steuer", [100_000 + 37 * i for i in ROWS]),
        ("filename", [f"lamp{'abcdefgh'[i % 8]}" for i in ROWS]),
        ("street", ["Pave", "Grvl"] * 120),
        ("город", ["Москва", "Тверь", "Казань", "Омск", "Пермь", "Уфа"] * 40),
        ("城市", ["北京", "上海", "广州", "黄山", "马鞍山", "杭州", "金华", "常州"] * 30),
        ("지역", ["서울", "부산", "인천", "대구", "강원도", "제주도"] * 40),
        ("产品名称", [f"高粱{'甲乙丙丁'[i % 4]}" for i in ROWS]),
        ("version", [f"1.2.{i % 30}" for i in ROWS]),
        ("product name", [f"Lamp {i % 20} large" for i in ROWS]),
        ("last product name", [f"lamp {'abcdefgh'[i % 8]}" for i in ROWS]),
        ("first login", list(ROWS)),
        ("property_tax", [120000 + i for i in ROWS]),
        ("population", [4_000_000 + 7919 * i for i in ROWS]),
        ("when", [f"20{10 + i % 9}-0{1 + i % 9}-11" for i in ROWS]),
    ],
)
def test_what_only_sounds_like_it_is_none(tmp_path: Path, name: str, cells: list[Any]) -> None:
    assert kinds(inspect(table(tmp_path, {name: cells}))) == {}


def test_nothing_personal_comes_into_a_project_and_its_copy_makes_the_same_again(tmp_path: Path, hackgen: Run) -> None:
    path = table(
        tmp_path, {"Kunde": MADE[people.NAMES], "contact": MADE[people.MAIL], "paid": [f"{i},50 €" for i in ROWS]}
    )
    made = hackgen("new", "one", "--data", path, "--yes", "--no-git", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    project = tmp_path / "one"
    written = {p.relative_to(project): p.read_bytes() for p in project.rglob("*") if p.is_file()}
    for cell in {*MADE[people.NAMES], *MADE[people.MAIL]}:
        assert not [place for place, content in written.items() if cell.encode() in content], cell
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    assert (
        card.count("personal") >= 4
        and "names of people" in card
        and "e\\-mail addresses" in card.replace("e-m", "e\\-m")
    )
    assert "7,50 €" in (project / "data" / "clients.csv").read_text(encoding="utf-8")  # all else is as it was
    again = hackgen("new", "two", "--answers", "one/.hackgen.toml", "--no-git", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert written == {
        p.relative_to(tmp_path / "two"): p.read_bytes() for p in (tmp_path / "two").rglob("*") if p.is_file()
    }


def test_rows_of_one_person_stay_together_by_mail_and_by_name_only_where_nothing_tells_better(tmp_path: Path) -> None:
    mails, names = (
        [f"a{i // 3}@example.org" for i in ROWS],
        [name for name in MADE[people.NAMES][:80] for _ in range(3)],
    )
    assert inspect(table(tmp_path, {"contact": mails})).suggestion.group == "contact"
    assert inspect(table(tmp_path, {"client": names})).suggestion.group == "client"
    both = {"client_id": [f"C{i:05}" for i in ROWS], "client": names}
    assert inspect(table(tmp_path, both)).suggestion.group == ""


def test_names_are_learnt_from_where_there_is_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    rows = [f"{name}son{i},{'ab'[i % 2]}" for i, name in enumerate(GIVEN * 9)]
    path.write_text("\n".join(["first name,origin", *rows]), encoding="utf-8")
    found = inspect(str(path))
    assert found.suggestion and found.columns[0].use


def test_texts_in_which_addresses_stand_are_named(tmp_path: Path) -> None:
    notes = [f"Please call Mr. Smith about order {i}, or write to j{i}@example.org today" for i in ROWS]
    found = inspect(table(tmp_path, {"note": notes}))
    (said,) = [s.detail for s in found.suspects if s.kind == "personal"]
    assert said.startswith("e-mail addresses in 240 of 240 texts")
    assert "example.org" not in text(found)


def test_text_files_in_which_people_stand_are_named(tmp_path: Path) -> None:
    lines = [f"Call me at +49 160 {1234567 + i} or write to anna{i}@example.org, please." for i in range(80)]
    (tmp_path / "mails.txt").write_text("\n".join(lines), encoding="utf-8")
    for kind in ("work", "home"):
        (tmp_path / "mails" / kind).mkdir(parents=True)
        for i, line in enumerate(lines[:9]):
            (tmp_path / "mails" / kind / f"{i}.txt").write_text(f"{kind} {line} " + "words " * 20, encoding="utf-8")
    chat = "".join(f"12/03/2021, 10:{i % 60:02} - {GIVEN[i % 2]}: hello {i}, are you there\n" for i in range(99))
    (tmp_path / "chat.txt").write_text(chat, encoding="utf-8")
    for name, said in (("mails.txt", "in 80 of 80 lines"), ("mails", "in 18 of 18 texts"), ("chat.txt", "all of them")):
        (told,) = [s.detail for s in inspect(str(tmp_path / name)).suspects if s.kind == "personal"]
        assert said in told and "example.org" not in told
