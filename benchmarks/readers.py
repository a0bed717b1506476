"""What libraries make of tables as people have them, beside the rules that inspection has by hand.

    python benchmarks/readers.py        # needs pandas, python-dateutil, charset-normalizer, chardet and clevercsv

Three tables: the delimited files of the tests' corpus whose names and rows come out right; older encodings told from
made-up tables of 20 to 2,000 rows; columns of dates read right in every cell. The corpus was written while the rules
were, so that its first row is no measure of unseen files; the lists of public tables are (`inspect_tables.py`).
"""

import csv
import datetime
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import chardet
import charset_normalizer
import clevercsv
import dateutil.parser
import duckdb
import pandas as pd
from hackgen.inspection import inspect
from hackgen.inspection.columns.cells import fits, look, one
from hackgen.inspection.columns.delimited import encoding_of

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from corpus import CASES

WORDS = {  # by language and encoding
    "German cp1252": "Größe Straße Müller Köln schön für über Ärger Öl Tür Käse grün",
    "French cp1252": "été Noël garçon élève château Besançon où déjà œuvre façade",
    "Spanish latin-1": "año niño Málaga corazón León señor jamón montaña pingüino",
    "Portuguese cp1252": "São ação coração João órgão maçã índio pão avô",
    "Danish cp1252": "Ærø Øresund Århus smørrebrød få køb rødgrød",
    "Polish cp1250": "Łódź Kraków źródło żółty ćma święto gęś ręka",
    "Czech cp1250": "Plzeň Říčany žlutý kůň příliš ďábel úpěl",
    "Turkish cp1254": "İstanbul Şişli ağaç güneş çocuk ışık öğle",
    "Russian cp1251": "Москва Пермь город цена улица хорошо плохо дом",
    "Greek iso8859-7": "Αθήνα Θεσσαλονίκη τιμή πόλη καλό κακό σπίτι",
    "Chinese gb18030": "北京 上海 广州 深圳 价格 城市 好 坏 房子 颜色",
    "Chinese big5": "台北 高雄 價格 城市 好 壞 房子 顏色",
    "Japanese cp932": "東京 大阪 京都 価格 都市 良い 悪い りんご ミカン",
    "Japanese euc_jp": "東京 大阪 京都 価格 都市 良い 悪い りんご ミカン",
    "Korean cp949": "서울 부산 가격 도시 좋다 나쁘다 집 색깔",
}
FORMS = """%d.%m.%Y|%m/%d/%Y|%d/%m/%Y|%Y/%m/%d|%d %B %Y|%B %d, %Y|%d-%b-%y|%d.%m.%y|%Y-%m-%dT%H:%M:%S|%Y-%m-%d %H:%M
%m/%d/%Y %H:%M|%d.%m.%Y %H:%M:%S|%m/%d/%Y %I:%M %p|%Y%m%d|%b %Y|%a %b %d %H:%M:%S %Y|%Y.%m.%d|%d %b %Y|%A, %d %B %Y
%d-%m-%Y|%Y-%m|%H:%M %d/%m/%Y|%Y年%m月%d日|%d/%m/%y %H:%M""".replace("\n", "|").split("|")


def by_python(path: Path) -> tuple[list[str], int]:
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = [row for row in csv.reader(text.splitlines(), csv.Sniffer().sniff(text[:4096])) if row]
    return rows[0], len(rows) - 1


def by_clevercsv(path: Path) -> tuple[list[str], int]:
    table = clevercsv.read_dataframe(str(path), dtype=str)
    return list(table.columns), len(table)


def by_pandas(path: Path) -> tuple[list[str], int]:
    table = pd.read_csv(path, sep=None, engine="python", dtype=str)
    return list(table.columns), len(table)


def by_duckdb(path: Path) -> tuple[list[str], int]:
    with duckdb.connect() as connection:
        name = str(path).replace("'", "''")
        table = connection.sql(f"FROM read_csv('{name}', all_varchar=true, null_padding=true, ignore_errors=true)")
        return table.columns, len(table.fetchall())


def by_hackgen(path: Path) -> tuple[list[str], int]:
    found = inspect(str(path))
    return [column.name for column in found.columns], found.rows


def attempted(call: Callable, *given: object) -> object:
    """What a call returns, or nothing where it raises whatever it raises."""
    try:
        return call(*given)
    except Exception:
        return None


def dialects() -> None:
    tools = {"hackgen": by_hackgen, "pandas": by_pandas, "csv.Sniffer": by_python, "clevercsv": by_clevercsv}
    tools |= {"DuckDB": by_duckdb}
    right, count = Counter(), 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            path = case.write(Path(folder))
            found = inspect(str(path))
            if found.format != "csv" or path.suffix in (".zip", ".gz"):
                continue
            names = case.columns or [column.name for column in found.columns]
            wanted, count = (names, found.rows if case.rows is None else case.rows), count + 1
            for tool, call in tools.items():
                made = attempted(call, path)
                right[tool] += bool(made) and ([str(name).strip() for name in made[0]], made[1]) == wanted
    print(f"dialects, of {count} files: " + ", ".join(f"{tool} {right[tool]}" for tool in tools))


def tables(words: list[str], rows: int, seed: int) -> list[str]:
    """Three tables with the words of a language: many of them, a few, and several in a cell."""
    dice = random.Random(seed)
    drawn = [(dice.choice(words), dice.choice(words), dice.random()) for _ in range(rows)]
    return [
        f"{words[0]} 1,n,kind\n" + "".join(f"{one},{i},{'ab'[i % 2]}\n" for i, (one, _, _) in enumerate(drawn)),
        f"id,{words[0]},x\n"
        + "".join(f"{i},{one if x < 0.1 else 'plain'},{x:.3f}\n" for i, (one, _, x) in enumerate(drawn)),
        f"{words[0]};{words[1]};n\n" + "".join(f"{one} {two};{two};{x:.1f}\n" for one, two, x in drawn),
    ]


def encodings() -> None:
    tools: dict[str, Callable[[bytes], str | None]] = {
        "hackgen": encoding_of,
        "charset-normalizer": lambda raw: charset_normalizer.from_bytes(raw).best().encoding,
        "chardet": lambda raw: chardet.detect(raw)["encoding"],
    }
    print("encodings, of 18 tables each: " + ", ".join(tools))
    for language, words in WORDS.items():
        right = Counter()
        texts = [text for rows in (20, 200, 2000) for seed in (0, 1) for text in tables(words.split(), rows, seed)]
        for text in texts:
            raw = text.encode(language.split()[1])
            for tool, call in tools.items():
                right[tool] += attempted(raw.decode, attempted(call, raw) or "ascii") == text
        print(f"  {language:18}" + "".join(f"{right[tool]:5}" for tool in tools))


def by_forms(cells: list[str]) -> list[datetime.datetime]:
    forms = look("date", Counter(cells), cells).forms
    return [one(cell, next(form for form in forms if fits(cell, form))) for cell in cells]


def dates() -> None:
    tools = {
        "hackgen": by_forms,
        "pandas": lambda cells: list(pd.to_datetime(pd.Series(cells)).dt.to_pydatetime()),
        "pandas, mixed": lambda cells: list(pd.to_datetime(pd.Series(cells), format="mixed").dt.to_pydatetime()),
        "dateutil": lambda cells: list(map(dateutil.parser.parse, cells)),
    }
    right, dice = Counter(), random.Random(0)
    for form in FORMS:
        begin = datetime.datetime(2019, 1, 1)
        cells = [(begin + datetime.timedelta(minutes=dice.randrange(10**6))).strftime(form) for _ in range(200)]
        wanted = [datetime.datetime.strptime(cell, form) for cell in cells]
        for tool, call in tools.items():
            right[tool] += attempted(call, cells) == wanted
    print(f"dates, of {len(FORMS)} forms: " + ", ".join(f"{tool} {right[tool]}" for tool in tools))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    dialects()
    encodings()
    dates()
