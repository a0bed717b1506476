"""The words that the names of columns are made of: outcomes with their points, inputs, units, identifiers, times."""

import re

# Outcomes by field: points, and the names (without spaces, marks and accents) that deserve them. 14 is hardly anything
# but what is asked for, 10 usually, 7 often, 5 where nothing else is, 0 takes the points of a part of the name away.
_POINTS = """
any field
18 istarget
14 target label y outcome groundtruth dependent
13 targetvalue labels goldlabel
12 class outcomes classlabel anomaly
11 tomorrow response
10 intent deny denied reject rejected accept accepted acceptance approve approval alarm anomalous finaltime
10 finishtime bookingcomplete
 8 result severity severitycode risk activity verdict disposition grading successful
 7 classification score grade points topic labelname digit letter subtype transported completed completion success
 7 efficiency strength final finish complete
 6 count total amount stage priority urgency output flag
 5 status decision vote voted choice growth happiness expectancy
 4 type group kind level cluster author performance case
 3 condition rate
 2 language
 1 duration income value
 0 selfemployed account accounts discount subtotal resttime timezone runtime uptime
customers, marketing, web
14 survived churn churned attrition exited
13 haschurned
12 deposit converted
11 subscribed approved admitted admission conversion clicked default variety prodtaken
10 purchase purchased satinaldimi bought responded click left winner satisfaction satisfied ctr cltv clv ltv
10 customerlifetimevalue lifetimevalue buy willbuy retention retained renewed renewal lapsed unsubscribed
 9 spend spent spending amountspent totalspend purchaseamount yearlyamountspent clicks liked segmentation
 9 totalinteractions reviewerscore listeningtime
 8 recommended booked booking taken opened visit engagement rating returned cnt
 7 popularity genre stars polarity engaged complaint complained upgrade crosssell upsell interest
 6 segment units gls
 5 views likes shares downloads participation participated callback responses articles balance visits installs
 5 subscribers followers retweets upvotes plays streams reviews
money, credit, insurance, prices
18 isfraud
14 fraud fraudulent defaulter fraudfound
13 saleprice medv medhouseval medianhousevalue
12 loanstatus defaulted creditability badloan seriousdlqin2yrs
11 sales totalrent baserent unitssold numsold quantitysold qtysold weeklysales
10 demand price charges msrp repaid paidback loanpaidback marketvalue bankrupt bankruptcy insolvent delinquent
10 delinquency chargedoff goodbad
 9 rent revenue claimamount totalclaimamount claimcost boxoffice claim settlementvalue settlement payout
 8 salary delay sold turnover salaryinusd compensation ctc grossincome netincome
 7 profit wage fare cost fareamount totalfare totalamount margin paid gross
 6 tip pricerange claimed bad
 5 earnings wages losses loss claims close adjclose closeprice closingprice
 4 expenditure
health
13 diagnosis
12 deathevent readmitted recurred recurrence relapse relapsed species overallsurvival nobeyesdad
11 malignant prognosis biopsy sepsis mortality inhospitalmortality
10 stroke cardio heartdisease died dead death progression tenyearchd fetalhealth lengthofstay
 9 los hospitaldeath pcos ckd dementia alzheimer alzheimers obesity obesitylevel covid covidresult testresult
 9 testresults
 8 disease disorder diabetes chd cancer tumor tumour depression stresslevel readmission caloriesburned
 8 caloriesburnt hba1c updrs totalupdrs motorupdrs asd triage acuity sleepdisorder sleepquality
 7 affected infected infection positive complication complications metastasis
 6 deaths
 5 survival survive alive released injury premature doctor calories
work, schools
14 finalgrade finalscore finalmark finalresult examscore
12 g3 leaveornot ispromoted
11 placed promoted termd resigned terminated
10 dropout admit chanceofadmit performanceindex
 9 hired shortlisted selected attended burnrate totalscore testscore gradeclass
 8 passed placement failed pass marks performancescore performancerating cgpa
 7 graduated actualproductivity
 6 prestige
 5 math reading writing employed employment volunteer gpa eval evaluation mark percentage
 4 productivity
industry, energy, software, security
18 ismalware
14 isphishing
13 isspam spam remainingusefullife rul defective
12 malicious malware legitimate
11 attackcat attacktype intrusion phishing botnet ddos machinefailure
10 faulty fault faults faulttype faultcode failuretype breakdown machinestatus
 9 storypoints vulnerable vulnerability
 8 fail failure bug bugs buggy defect defects rpe effort stability broken downtime activepower
 7 yield consumption load poweroutput energyoutput powerconsumption usagekwh netload appliances
 6 attack power radiation irradiance emissions ghi acpower
 5 failures errors energy
 2 signalstrength
nature, chemistry, the sky, weather
12 raintomorrow aqi hazardous
11 potability potable rings aqibucket firealarm
10 mpg milespergallon toxic emotion sentiment coveringtype covertype quality fertilizername
 9 solubility logs bandgap toxicity criticaltemp formationenergy pic50 ic50 floodprobability burnedarea burntarea
 9 acresburned areaburned stellarclass startype
 8 pm25 pm10 damage edible poisonous ripeness cropyield
 7 magnitude production precipitation co2emissions emission airquality pollution pollutionlevel waterquality
 7 redshift
 6 ozone o3 damagegrade co2 issafe safe spectralclass galaxytype
 5 mag
 3 weather crop rainfall
 2 rain snowfall
cities, traffic, sports, states
12 lifeexpectancy noshow
11 arrdelay depdelay arrdelayminutes depdelayminutes arrivaldelay departuredelay arrdel15 depdel15 adoptionspeed
11 adopted timetaken ontime reachedontime iscanceled ftr fulltimeresult rentedbikecount
10 trafficsituation cancelled canceled recidivism recid recidivated won tripduration trafficvolume traveltime
10 deliverytime triptime winplaceperc happinessscore ladderscore accidentseverity injuryseverity
10 violentcrimesperpop
 9 responsetime resolutiontime waittime waitingtime damagecost isarrested
 8 wins win delivered delayed occupancy arrested medal winpct homewin voteaverage imdbscore imdbrating
 8 averagerating late electricrange adoption
 7 eta crimetype offense offence turnout casualties fatalities fatal injuries goals rentals
 6 bikecount ridership boardings rides riders collisions cases ncases
 5 passengers incidents accidents crime crimes arrest arrests
 4 murder trips
abroad: German, Spanish, Portuguese, Italian, French, Dutch, Polish, Turkish, Russian, Chinese, Japanese, Korean
14 ziel zielvariable zielgroesse zielgrosse objetivo alvo obiettivo cible hedef цель 目标 标签 ラベル 타겟
12 klasse klassifikation clase classe clasificacion classificacao classificazione klasa sinif класс 类别 分类
12 kundigung
12 gekundigt abwanderung ausfall betrug abandono fuga baja fraude frode inadimplente inadimplencia cancelado
12 cancela cancelada cancelacion cancelamento annulation storno stornierung annullato desabonnement defaut odejscie
12 dolandiricilik отток мошенничество 流失 违约 欺诈 解約 이탈 diagnose diagnostico diagnosi diagnostic diagnoza
12 tani диагноз
12 诊断 診断
11 ergebnis resultado risultato esito resultat uitkomst wynik sonuc результат 结果 結果 결과
10 preis verkaufspreis kaufpreis mietpreis precio preco prezzo prix prijs cena fiyat цена 价格 房价 总价 単価
10 価格 가격 umsatz
10 absatz ventas vendas vendite ventes omzet verkoop sprzedaz satis продажи 销量 销售额 销售 売上 매출
 9 miete kaltmiete warmmiete gesamtmiete alquiler aluguel affitto loyer huur 租金 gehalt lohn salario stipendio
 9 salaire salaris wynagrodzenie maas зарплата 工资 薪资 年収 着順 順位
 8 bewertung note endnote abschlussnote calificacion nota notafinal voto ocena puan оценка 评分 成绩 分数 点数
 8 評価 verbrauch
 8 stromverbrauch consumo consommation verbruik zuzycie tuketim расход 用电量 消費 nachfrage demanda domanda demande
 8 vraag 需求 krankheit enfermedad doenca malattia maladie ziekte 疾病 ertrag ernte rendimiento rendimento rendement
 8 producao produccion produktion 产量 gewinn ganancia lucro profitto 利润 stimmung gefuhl sentimiento sentimento
 8 emocion emozione 情感 情绪 verspatung retraso atraso ritardo retard
 7 kosten costo custo cout koszt gesamtkosten 成本 kategorie categoria category 種類 anzahl cantidad quantidade
 7 kategori categori qtd qtde quantite vendida vendue saida zahl menge stuckzahl monto importe betrag montant
 7 unfalle accidentes gravedad gravidade gravite schwere 严重程度
"""
NAMES: dict[str, int] = {}
for _line in _POINTS.strip().splitlines():
    _points, *_names = _line.split()
    if _points.isdigit():
        NAMES |= dict.fromkeys(_names, int(_points))

# inputs: what is known of somebody or something beforehand
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
    season round league division home away team opponent cd cod codigo kode kod
    alter geschlecht plz stadt bundesland ort edad sexo genero ciudad provincia barrio idade cidade bairro sesso citta
    regione zona sexe ville quartier leeftijd geslacht plec wiek miasto yas cinsiyet sehir возраст пол город 年龄 性别
    城市 地区 年齢 性別 나이 성별
    train test split fold partition subset citizen foreign native prevalent history previous prior
    """.split()
)
# words that others end with where they are written together: houseprice, Gesamtumsatz, 商品销量
ENDS = (
    *"price sales score strength disease charges churn fraud label outcome result revenue salary prices".split(),
    *"preis umsatz absatz klasse gehalt miete verbrauch kosten ergebnis nachfrage zahl".split(),
    *(name for name in NAMES if not name.isascii() and len(name) > 1),
)
WHETHER = ("是否", "有无")  # Chinese names of what is yes or no
BEFORE = {"history", "historical", "previous", "prior", "past", "parental", "antecedentes"}  # wherever they stand
UNITS = set(
    """
    usd eur gbp inr dollars euros k m mm cm km miles mi ft kg g mg lb lbs t tons tonnes ha acre acres l ml litre litres
    w kw mw wh kwh mwh v s sec secs seconds min mins minutes hr hrs h hours ms days c f celsius pa hpa bar mpa ppm pct
    percent percentage rpm hz kmh mph
    """.split()
)
FORMULA = re.compile(r"(target|label|class|y|outcome)(var|variable|value|col|column|name|id|idx|s|es)?\d?")
VAGUE = set(
    "class type status category level group kind count amount total condition quality species variety".split()
)  # vehicle_class is not the class
DIVIDED = set(  # who is learnt from, written down by somebody else
    "train test istrain istest trainset testset split fold folds partition subset trainortest traintest".split()
)
NOT_DONE = set(  # end as what was done does, but say how somebody or something is
    """
    married divorced widowed furnished unfurnished educated experienced detached attached weighted automated needed
    speed hundred bearded colored coloured talented gifted renovated smoked employed
    """.split()
)
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

WHOLES = set(  # what is counted, or how likely it is, is said after "of": number of deaths, chance of admission
    "chance probability risk likelihood odds degree share percentage percent level amount volume presence".split()
)
TEXTS = set(  # columns that hold texts
    """
    text texts review reviews comment comments content message messages tweet tweets headline title sms body abstract
    description question sentence utterance post posts email statement feedback summary news article texto mensaje
    resena comentario avis commentaire texte kommentar nachricht beschreibung bewertungstext recensione testo yorum
    metin ulasan teks komentar 文本 评论 内容 标题 текст отзыв
    """.split()
)
COUNTED = set(  # counts that are asked for, unlike the number of rooms
    """
    cases deaths passengers visitors visits casualties accidents rentals orders tickets sales claims bikes rides trips
    customers calls crimes arrests injuries fatalities goals wins failures defects bugs events
    """.split()
)
INPUTS = {  # values that only what is known beforehand has: sexes, days of the week, months, seasons
    *"m f male female man woman men women boy girl masculino femenino feminino hombre mujer homme femme".split(),
    *"mann frau männlich weiblich 男 女".split(),
    *"monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun".split(),
    *"january february march april may june july august september october november december".split(),
    *"jan feb mar apr jun jul aug sep oct nov dec spring summer autumn fall winter".split(),
}
# values that only what became of somebody or something has; yes, no, low and high are those of inputs as well
OUTCOMES = set(
    """
    alive dead died deceased survived living recovered benign malignant positive negative neutral pass passed fail
    failed approved rejected denied declined accepted spam ham fraud fraudulent genuine legitimate fake real win won
    loss lost lose draw churned stayed left joined retained default cancelled canceled completed successful unsuccessful
    dropout graduate graduated converted purchased phishing malware attack ddos anomaly defective faulty
    """.split()
)
AMOUNTS = set("price salary income wage cost revenue sales amount rating rate".split())  # numbers, if asked for
STATISTICS = set("min max mean avg ave average median sum std stdev stddev sd var se worst".split())
PERIODS = set("hour day week month quarter year period season".split())
PREPOSITIONS = set(
    "of at on upon in for from to by with before after since until during von bei nach de del da di".split()
)
COUNTING = set("count total amount number".split())
NUMBER_OF = set("n no nb num number count numero anzahl cantidad nombre".split())
TRUE = set("true truth actual actuals".split())  # y_true, work_home_actual
EVENTS = set(  # that ended what a time was measured of, in the words of survival analysis
    """
    status survivalstatus vitalstatus event death dead died deceased cens censor censored observed delta arrest relapse
    broken
    """.split()
)
TIMES_TO_EVENT = set(
    """
    time days week weeks months years duration survtime survivaltime survivalmonths survivaldays futime ostime pfstime
    followup followuptime followupdays followupmonths timetoevent lifetime overallsurvival tenure
    """.split()
)
GUESSED = set(
    "pred preds predicted prediction predictions proba probas forecast forecasts forecasted theoretical".split()
)  # what a model said

ID_WORDS = set(
    "id ids uuid guid key index idx nr no num code identifier hash rowid pk oid sku isbn ssn vin 编号 番号".split()
)
WEAK_ID_WORDS = set("no num nr number code key index sno serial rownames unnamed row".split())  # may count as well
CODE_WORDS = set("id ids code zip zipcode postcode postal plz fips no nr nbr".split())  # their numbers have no size
PERSON_WORDS = set("customer user client patient subject person member household session device account player".split())
NAME_WORDS = set(
    "name names email mail phone url link address filename file path title nombre nome naam imie имя 姓名".split()
)
TIME_WORDS = set(
    """
    date time timestamp datetime day month year created updated at when week period quarter dt
    datum zeit jahr monat woche fecha mes ano semana mois annee semaine jaar maand rok дата год 日期 时间 年份 月份
    """.split()
)
