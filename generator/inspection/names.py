"""What the name of a column says about being what is asked for: points, and words of what is known beforehand."""

import re
from pathlib import Path

# points, and the names (without spaces and marks) that deserve them
_POINTS = """
14 target label y outcome groundtruth dependent survived churn churned attrition exited fraud defaulter
18 isfraud istarget
14 finalgrade finalscore finalmark finalresult examscore fraudulent
13 remainingusefullife rul defective
13 saleprice medv medhouseval diagnosis iscanceled isspam spam haschurned targetvalue labels goldlabel
12 deathevent raintomorrow lifeexpectancy creditability
12 recurred recurrence relapse relapsed class species sentiment outcomes readmitted medianhousevalue deposit
12 loanstatus classlabel defaulted
12 noshow malicious malware legitimate anomaly
11 tomorrow response default variety subscribed approved admitted admission converted conversion potability clicked
10 quality price charges mpg rings heartdisease stroke cardio classification g3 toxic emotion intent
10 purchase admit denied deny rejected accepted acceptance accept approve approval recidivism died dead death
10 responded msrp winner left ontime reachedontime recid recidivated repaid alarm
12 aqi
10 milespergallon marketvalue
10 click progression hazardous satisfaction pricerange cancelled canceled bought purchased malignant
10 pm25 pm10 arrdelay depdelay
11 sales
 8 timetaken delay salary revenue demand disease disorder result won category severity risk hired passed
 8 fail failure cnt recommended booked booking diabetes chd activity bug bugs buggy faulty placed placement
 8 rating wins win delivered delayed
 7 genre popularity points strength yield efficiency grade score topic stars condition transported verdict
 7 occupancy labelname polarity digit letter subtype wage fare cost profit affected infected positive completed returned
 6 radiation irradiance consumption power energy load emissions deaths mortality rent tip count total amount cancer
 6 tumor
 6 prestige stage passengers ridership
 0 selfemployed
 5 math reading writing views likes shares
 5 status expectancy happiness output duration popularity growth choice decision vote voted
 4 type lang language author group kind level cluster productivity expenditure spending murder crime
 5 balance visits incidents accidents claims failures errors defects cases ncases crime arrest arrests arrested released
 5 earnings wages gpa survive survival alive eval evaluation winpct callback participation participated
 5 employed employment volunteer premature injury loss losses response articles downloads doctor
 4 performance case trips ncases
 5 close adjclose closeprice closingprice
 3 rate
 1 income value
"""
NAMES: dict[str, int] = {}
for _line in _POINTS.strip().splitlines():
    _points, *_names = _line.split()
    NAMES |= {name: int(_points) for name in _names}

FEATURES = set(
    """
    age sex gender race date time year month day hour minute week quarter latitude longitude lat long lon zip zipcode
    postcode country city state region address street name first last email phone height weight marital married
    education occupation job smoker smoking children ethnicity id index unnamed row description comment comments url
    intercept const title floor bedrooms bathrooms sqft area length width depth size color colour temp temperature
    treat treatment treated arm dose spray block plot supp batch replicate machine operator material
    gender minority white black hispanic mom mother father dad parent school hschool college region urban district
    medicaid tenure experience exper kids population race cohort hospital clinic site subject store brand model make
    manufacturer lat lon north south east west central time hours nationality religion language party relationship
    humidity embarked cabin ticket parch sibsp dose urban rural island deck alone x z
    location place county province zone station neighbourhood neighborhood street direction speed
    train test split fold partition subset citizen foreign native prevalent history previous prior
    """.split()
)
UNITS = set(
    """
    usd eur gbp inr dollars euros k m mm cm km miles mi ft kg g mg lb lbs t tons tonnes ha acre acres l ml litre litres
    w kw mw wh kwh mwh v s sec secs seconds min mins minutes hr hrs h hours ms days c f celsius pa hpa bar mpa ppm pct
    percent percentage rpm hz kmh mph
    """.split()
)
FORMULA = re.compile(r"(target|label|class|y|outcome)(var|variable|value|col|column|name|id|idx|s|es)?\d?")
VAGUE = set(
    "class type status category level group kind count amount total condition quality".split()
)  # vehicle_class is not the class
MARKS = set(  # fraud_reported and churn_flag
    """
    flag bool boolean binary indicator ind yn y n p reported found detected occurred happened confirmed diagnosed
    """.split()
)
COUNTS = set(
    "count counts number num n children visits deaths executions events rings days hours years admissions".split()
)
CLASSES = set(
    "class label labels target type category species y outcome digit letter cluster quality grade level".split()
)

# values that only what became of somebody or something has; yes, no, low and high are those of inputs as well
OUTCOMES = set(
    """
    alive dead died deceased survived living recovered benign malignant positive negative neutral pass passed fail
    failed approved rejected denied declined accepted spam ham fraud fraudulent genuine legitimate fake real win won
    loss lost lose draw churned stayed left joined retained default cancelled canceled completed
    """.split()
)
AMOUNTS = set("price salary income wage cost revenue sales amount rating rate".split())  # numbers, if asked for
STATISTICS = set("min max mean avg ave average median sum std stdev stddev sd var se worst".split())
PERIODS = set("hour day week month quarter year period season".split())
TRUE = set("true truth actual actuals".split())  # y_true, work_home_actual
EVENTS = set(  # that ended what a time was measured of, in the words of survival analysis
    "status event death dead died deceased cens censor censored observed delta arrest relapse broken".split()
)
TIMES_TO_EVENT = set(
    """
    time days week weeks months years duration survtime survivaltime survivalmonths survivaldays futime ostime pfstime
    followup followuptime followupdays followupmonths timetoevent lifetime overallsurvival tenure
    """.split()
)
GUESSED = set("pred preds predicted prediction predictions proba probas".split())  # what a model said

ID_WORDS = set("id ids uuid guid key index idx nr no num code identifier hash rowid pk oid sku isbn ssn vin".split())
WEAK_ID_WORDS = set("no num nr number code key index sno serial rownames unnamed row".split())  # may count as well
CODE_WORDS = set("id ids code zip zipcode postcode postal plz fips no nr nbr".split())  # their numbers have no size
PERSON_WORDS = set("customer user client patient subject person member household session device account player".split())
NAME_WORDS = set("name names email mail phone url link address filename file path title".split())
TIME_WORDS = set("date time timestamp datetime day month year created updated at when week period quarter dt".split())


JOINED = re.compile(
    r"\b(user|customer|client|patient|person|member|player|student|employee|subject|household|school|hospital|town|city"
    r"|store|shop|item|product|order|invoice|transaction|session|account|device|movie|book)(id|no|nr|code)\b"
)


def words_of(name: str) -> list[str]:
    """The words in a name: customerID, customer_id, `Customer ID` and customerid have the same ones."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = " ".join(word.lower() for word in re.findall(r"[^\W\d_]+|\d+", split))
    return JOINED.sub(r"\1 \2", words).split()


def without_unit(words: list[str]) -> list[str]:
    """The words of a name without those that say in what it is measured: yield_t_per_ha is a yield."""
    if "per" in words[1:]:
        words = words[: words.index("per", 1)]
    while len(words) > 1 and (words[-1] in UNITS or words[-1] == "in"):
        words = words[:-1]
    return words


def by_name(name: str) -> float:
    """Points for a name that outcomes have: whole, else its last word, else any; what is in brackets says no more."""
    words = words_of(re.sub(r"(?<=\w)\s*[(\[].*", "", name))
    whole = "".join(words)
    if whole in NAMES:
        return NAMES[whole]
    if FORMULA.fullmatch(whole):
        return 11.0
    if set(words) & GUESSED:
        return 0.0
    if is_later(words) or set(words[-1:]) & TRUE:
        return 12.0
    bare = without_unit(words)
    while len(bare) > 1 and bare[-1] in MARKS:
        bare = bare[:-1]
    bare = bare if len("".join(bare)) > 1 else words  # y.bar is not y in bar
    if len(bare) > 1 and bare[-1] in VAGUE and bare[0] in FEATURES:
        return 0.0  # age_group, region_type
    if len(bare) > 2 and bare[0] in VAGUE and bare[1] == "of":
        return 0.0  # type of crime
    points = 0.9 * NAMES.get("".join(bare), 0) if bare != words else 0.0
    points = max(points, _of_parts(bare))
    if words and words[0] in ("is", "has", "will", "did", "was", "received", "got"):
        points += 3
    if words and words[0] in ("target", "predict", "actual", "true", "final"):
        points += 4
    return points


def _of_parts(words: list[str]) -> float:
    """Points of a name by its last word, more where a vague one follows one that says it; else by any word."""
    last, before = [word for word in words[-1:] if len(word) > 1 or len(words) == 1], words[-2:-1]
    points = max(((0.5 if word in VAGUE else 0.75) * NAMES.get(word, 0) for word in last), default=0.0)
    if set(last) & (VAGUE - {"count"}) and points:
        points += max((0.6 * NAMES.get(word, 0) for word in before), default=0.0)
    return max([points, *(0.3 * NAMES.get(word, 0) for word in words if len(word) > 1)])


def is_later(words: list[str]) -> bool:
    """Whether a name says that its value comes after the others: next_day_return, default.payment.next.month."""
    return len(words) > 1 and (
        words[0] == "next" or words[-1] in ("next", "tomorrow") or (words[-2] == "next" and words[-1] in PERIODS)
    )


def file_is_named_after(path: Path, name: str) -> float:
    """Whether wine-quality.csv is the file of the column quality (1), and life_expectancy.csv that of two words (2)."""
    file, words = words_of(path.name.partition(".")[0]), words_of(re.sub(r"(?<=\w)\s*[(\[].*", "", name))
    together = "".join(words)
    if words[1:2] == ["of"] and words[0] in VAGUE:
        return 0.0  # type of crime
    whole = {word.rstrip("s") for word in file}
    both = {word.rstrip("s") for word in words if len(word) >= 4} & whole
    if both - VAGUE or together.rstrip("s") in whole:
        kind = words[-1] in VAGUE - {"count", "total", "amount"} and len(both) == 1 < len(words)
        return 0.5 if kind else float(min(len(both), 2)) or 1.0  # water_source_type is not what water.csv is about
    return float(len(together) >= 5 and together in "".join(file))


def families(names: list[str]) -> set[str]:
    """Names that differ from several others in a number only (x1 x2 x3), or in a statistic (delay_min, delay_max …)."""
    stems: dict[str, list[str]] = {}
    for name in names:
        if len(words := words_of(name)) > 1 and words[-1] in STATISTICS:
            stems.setdefault(" ".join(words[:-1]), []).append(name)
        if match := re.fullmatch(r"(.*?)[_ .-]*\d+(_\d+)?", name):
            stems.setdefault(match[1].lower(), []).append(name)
    return {name for members in stems.values() if len(members) >= 3 for name in members}


def is_derived(name: str, other: str) -> bool:
    """Whether a name is another's with something around it: income and incomesq, price and log_price."""
    mine, its = name.lower(), other.lower()
    if len(its) < 3 or len(mine) <= len(its) or mine[-1].isdigit():
        return False
    return mine.startswith(its) or mine in (
        f"l{its}",
        *(f"{by}{mark}{its}" for by in ("log", "ln", "sqrt") for mark in ("", "_")),
    )
