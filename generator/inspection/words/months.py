"""Names of months in several languages, as dates hold them."""

import re
from collections.abc import Iterable

from .names import LETTER

YEARS = """
    january february march april may june july august september october november december
    jan feb mar apr may jun jul aug sep oct nov dec
    jan feb mar apr may jun jul aug sept oct nov dec
    januar februar märz april mai juni juli august september oktober november dezember
    jan feb mär apr mai jun jul aug sep okt nov dez
    jänner feb mrz apr mai jun jul aug sept okt nov dez
    januari februari maart april mei juni juli augustus september oktober november december
    jan febr mrt apr mei jun jul aug sep okt nov dec
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar mars april mai juni juli august september oktober november desember
    januar februar marts april maj juni juli august september oktober november december
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janv févr mars avr mai juin juil août sept oct nov déc
    janv fév mars avr mai juin juil aou sept oct nov déc
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    ene feb mar abr may jun jul ago sep oct nov dic
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    jan fev mar abr mai jun jul ago set out nov dez
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gen feb mar apr mag giu lug ago set ott nov dic
    styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
    ledna února března dubna května června července srpna září října listopadu prosince
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    oca şub mar nis may haz tem ağu eyl eki kas ara
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    янв фев мар апр май июн июл авг сен окт ноя дек
    січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    """.strip().splitlines()
ENGLISH = [name.title() for name in YEARS[1].split()]
IN_ENGLISH = {name: english for year in YEARS for name, english in zip(year.split(), ENGLISH, strict=True)}
WORD = re.compile(rf"({LETTER})+\.?")
AROUND = {r"^(\d{1,2})\. ": r"\1 ", r"\bde\b ?": ""}  # 1. März 2020, 5 de enero de 2021


def in_english(cell: str) -> str:
    """A date with the month's English name: `1. März 2020` is 1 Mar 2020, and `5 de enero de 2021` 5 Jan 2021."""
    for pattern, plain in AROUND.items():
        cell = re.sub(pattern, plain, cell)
    return WORD.sub(lambda word: IN_ENGLISH.get(word[0].lower().rstrip("."), word[0]), cell)


def into_english(cells: Iterable[str]) -> dict[str, str]:
    """What in_english does to these cells and to others of their language, as patterns and what stands for them."""
    known = {word[0].lower().rstrip(".") for cell in cells for word in WORD.finditer(cell)}
    most = max(len(known.intersection(year.split())) for year in YEARS)
    years = [year.split() for year in YEARS if len(known.intersection(year.split())) == most]
    names = ("|".join(dict.fromkeys(of_month)) for of_month in zip(*years, strict=True))
    return AROUND | {rf"(?i)\b({name})\b\.?": english for name, english in zip(names, ENGLISH, strict=True)}
