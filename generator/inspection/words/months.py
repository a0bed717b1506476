"""Names of months in several languages, as dates hold them."""

import re

from .names import LETTER

OF_YEAR = """
    january jan januar jänner januari janvier janv enero ene janeiro gennaio gen styczeń stycznia leden ledna ocak oca январь января янв січень січня
    february feb februar februari février févr fév febrero febr fevereiro fev febbraio luty lutego únor února şubat şub февраль февраля фев лютий
    march mar мар märz mär mrz mars maart mrt marzo março marca marzec březen března mart март марта березень березня
    april apr avril avr abril abr aprile kwiecień kwietnia duben dubna nisan nis апрель апреля апр квітень квітня
    may mai maj mei mayo maio maggio mag maja květen května mayıs май мая травень травня
    june jun juni juin junio junho giugno giu czerwiec czerwca červen června haziran haz июнь июня июн червень червня
    july jul juli juillet juil julio julho luglio lug lipiec lipca červenec července temmuz tem июль июля июл липень липня
    august aug août aou agosto ago augustus augusti sierpień sierpnia srpen srpna ağustos ağu август августа авг серпень
    september sep sept septembre septiembre setembro set settembre wrzesień września září eylül eyl сентябрь сентября сен вересень
    october oct oktober okt octobre octubre outubro out ottobre ott październik października říjen října ekim eki октябрь октября окт жовтень
    november nov novembre noviembre novembro listopad listopada listopadu kasım kas ноябрь ноября ноя листопад
    december dec dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia prosinec prosince aralık ara декабрь декабря дек грудень
    """.strip().splitlines()  # fmt: skip  # noqa: E501
IN_ENGLISH = {name: line.split()[0][:3].title() for line in OF_YEAR for name in line.split()}
WORD = re.compile(rf"({LETTER})+\.?")


def in_english(cell: str) -> str:
    """A date with the month's English name: `1. März 2020` is 1 Mar 2020, and `5 de enero de 2021` 5 Jan 2021."""
    cell = re.sub(r"\bde\b ?", "", re.sub(r"^(\d{1,2})\. ", r"\1 ", cell))
    return WORD.sub(lambda word: IN_ENGLISH.get(word[0].lower().rstrip("."), word[0]), cell)
