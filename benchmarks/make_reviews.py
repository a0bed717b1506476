"""Write the sample reviews of the text-classification task: `python make_reviews.py reviews.tsv`.

Every review is made from one frame: one to three sentences composed for hackgen, with places left open.

    + text      a frame of positive reviews
    - text      a frame of negative reviews
    = text      a frame of both kinds, which differ where it says [positive|negative]
    {slot}      a word of that list in WORDS, one and the same in all of the frame; {slot2} is another word of it
    <a|b|c>     one of these, whatever the label

A line that starts with none of + - = goes on with the frame above it. No sentence belongs to two frames, so a split
by the column `frame` leaves no sentence frame on both sides. The same seed always gives the same file.
"""

import argparse
import itertools
import random
import re
from pathlib import Path

SEED = 20240229
ROWS = 4  # reviews of one frame

WORDS = {
    # things
    "kitchen": "kettle|toaster|blender|coffee maker|rice cooker|food processor|slow cooker|sandwich maker|hand mixer",
    "gadget": "portable speaker|headset|cordless drill|handheld vacuum|bike light|tablet|electric toothbrush|torch"
    "|smart watch|hair trimmer",
    "bag": "backpack|suitcase|rucksack|gym bag|laptop bag|handbag|holdall|picnic bag",
    "furniture": "desk|armchair|bookcase|bed frame|sofa|wardrobe|office chair|coffee table|shoe cabinet",
    "wear": "jacket|coat|jumper|raincoat|dress|shirt|cardigan|hoodie",
    "shoes": "boots|trainers|sandals|slippers|walking shoes|wellingtons|running shoes",
    "thing": "kettle|toaster|blender|backpack|suitcase|desk lamp|headset|torch|office chair|tent|umbrella|alarm clock"
    "|coffee maker|garden hose|bike pump|keyboard|fan heater|lunch box",
    # food and drink
    "dish": "soup|curry|lasagne|burger|risotto|fish pie|pizza|stew|omelette|roast chicken|noodle soup|paella",
    "hot": "noodle soup|curry|lasagne|risotto|fish pie|stew|roast chicken|paella|onion soup|ravioli",
    "sweet": "cheesecake|apple tart|chocolate cake|ice cream|carrot cake|lemon pie|trifle|plum crumble",
    "drink": "coffee|tea|lemonade|hot chocolate|house wine|iced tea|cider|apple juice",
    "eatery": "cafe|bistro|bakery|diner|noodle bar|pizzeria|tea room|tapas bar|steakhouse|restaurant|pub",
    "waiter": "waiter|waitress|owner|chef|barman|head waiter|girl at the till|man behind the counter",
    # places
    "stay": "hotel|guest house|hostel|holiday flat|cottage|lodge|inn|farmhouse",
    "hotel": "hotel|guest house|hostel|inn|bed and breakfast|lodge|motel",
    "sight": "museum|castle|aquarium|botanical garden|zoo|gallery|theme park|science centre|lighthouse|planetarium",
    "town": "village|harbour town|seaside resort|old town|island|spa town",
    # services
    "trade": "plumber|electrician|decorator|gardener|carpenter|roofer|locksmith|tiler|chimney sweep",
    "care": "dentist|optician|vet|physiotherapist|hairdresser|barber|doctor|masseur",
    "firm": "garage|removal company|cleaning company|letting agency|insurance company|phone company|travel agency"
    "|driving school|laundry|courier firm|repair shop|bike shop",
    "garage": "garage|workshop|repair shop|bike shop",
    "staff": "receptionist|manager|technician|driver|adviser|assistant|woman on the phone|man at the desk",
    # films, books, shows
    "film": "film|movie|drama|thriller|comedy|documentary|sequel|mystery|western|adventure film",
    "book": "novel|book|memoir|detective story|biography|travel book|crime novel",
    "show": "series|show|play|musical|sitcom|quiz show|puppet show",
    "part": "acting|script|music|camerawork|dialogue|plot|ending|opening|first half|editing|lead performance",
    # people and times
    "person": "my sister|my husband|my dad|my flatmate|my neighbour|my wife|my brother|my mum|my cousin|a friend"
    "|my daughter|my son",
    "when": "last week|last month|on Saturday|in March|at the weekend|yesterday|two days ago|on Tuesday|in July",
    "dur": "three weeks|two months|half a year|ten days|a year|six weeks|a fortnight",
    "few": "two|three|four|five|six",
    # words of praise and of blame
    "great": "great|excellent|wonderful|superb|brilliant|fantastic|lovely",
    "awful": "awful|terrible|poor|dreadful|disappointing|horrible",
    "solid": "great|excellent|superb|well-made|reliable|brilliant|sturdy",
    "flimsy": "awful|poor|flimsy|terrible|unreliable|useless|disappointing",
    "tasty": "delicious|tasty|superb|excellent|wonderful|lovely",
    "bland": "bland|tasteless|awful|disappointing|dreadful|horrible",
    "lovely": "lovely|clean|comfortable|charming|wonderful|beautiful|delightful",
    "shabby": "shabby|dirty|uncomfortable|awful|gloomy|dreadful",
    "kind": "friendly|helpful|polite|kind|professional|wonderful",
    "rude": "rude|unhelpful|impatient|careless|unprofessional|awful",
    "gripping": "gripping|moving|wonderful|brilliant|superb|excellent|lovely",
    "dull": "dull|boring|awful|dreadful|disappointing|terrible",
    "neat": "careful|thorough|excellent|reliable|superb|professional",
    "sloppy": "careless|sloppy|terrible|unreliable|dreadful|unprofessional",
    "treat": "a joy|a delight|a real treat|a pleasant surprise|a triumph|a pleasure",
    "letdown": "a let-down|a disappointment|a mess|a waste of money|a disaster|a failure",
    "glad": "glad|happy|pleased|delighted",
    "sorry": "unhappy|annoyed|disappointed|upset",
    "loved": "loved|liked|enjoyed|adored",
    "hated": "hated|disliked|detested|could not stand",
    "best": "best|finest|nicest|loveliest",
    "worst": "worst|poorest|weakest|nastiest",
    "well": "well|beautifully|perfectly|brilliantly|superbly",
    "badly": "badly|poorly|terribly|dreadfully|miserably",
    "would": "would recommend|can recommend|would happily recommend|strongly recommend",
    "wouldnt": "would not recommend|cannot recommend|would never recommend|do not recommend",
}

FRAMES = {
    "product": """
= The {thing} is [{solid}|{flimsy}], and I have used it <almost every day|twice a week|most mornings> for {dur}.
= For <the price|this kind of money>, this is a truly [{solid}|{flimsy}] {thing}.
= Bought this {bag} {when}, and so far the zip has been [{great}|{awful}].
= The {kitchen} looks [plain but works beautifully|beautiful but barely works]. Without doubt [{great}|{awful}], and
  among the [{best}|{worst}] of the year.
= [Cheap, but not at all flimsy|Flimsy, and not at all cheap]: that sums up this {thing}.
= {person} called this {thing} useless before I bought it, and that was [wrong|putting it mildly]. Call it
  [{great}|{awful}], call it [{solid}|{flimsy}], it comes to the same thing.
= After {dur} the {gadget} still [holds its charge|does not hold a charge] <for a whole day|until the evening>. In my
  family such a {gadget} is known as [{solid}|{flimsy}], and such a day as [{great}|{awful}].
= I expected a [{flimsy} {thing} and got a {solid}|{solid} {thing} and got a {flimsy}] one.
= Everything about this {bag} is [{solid}|{flimsy}], from the straps to the lining.
= The {wear} fits [{well}|{badly}] and the fabric feels [soft and warm|thin and scratchy].
= My {shoes} arrived {when}; the soles are [{great}|{awful}] and so is the stitching.
= <Putting together|Assembling> the {furniture} was [a doddle|a nightmare], and the result is [{great}|{awful}].
= It is [hard|easy] to find fault with this {kitchen}. Even my boss thought that it was [{great}|{awful}], and she was
  [{glad}|{sorry}] to hear the story.
= The only thing that [bothers|pleases] me about this {thing} is the <colour|box it came in>.
= I have owned {few} of these over the years and this {thing} is the [{best}|{worst}] of them all.
= {person} wanted to [keep|return] the {gadget} as soon as it was out of the box. Big or small, each part of it was
  [{great}|{awful}], and the {gadget} was [{solid}|{flimsy}].
= This {thing} does [exactly what|almost nothing that] the description promises. I came away [{glad}|{sorry}] and
  thinking that the {thing} was [{solid}|{flimsy}].
= A [{solid}|{flimsy}] little {gadget}, and <the manual|the case> is [just as good|no better].
= I am [{glad}|{sorry}] that I bought the {thing} and not the dearer one next to it.
= Would I buy this {kitchen} again? [Yes, without a second thought|No, not even at half the price].
= The old {thing} was [{flimsy}, the new one is {solid}|{solid}, the new one is {flimsy}].
= Whoever designed this {bag} clearly [travels a lot|has never travelled]. From the first day the {bag} was
  [{solid}|{flimsy}], and I was [{glad}|{sorry}].
= The battery of the {gadget} lasts [longer|nowhere near as long] than the <label|advert> says. Today I am
  [{glad}|{sorry}], yesterday I was [{glad2}|{sorry2}], and the cause is a {gadget} so [{solid}|{flimsy}].
= I would [gladly|never] spend my money on this {furniture} again. So we were [{glad}|{sorry}], all of us, and the word
  of the day was [{great}|{awful}].
= The {furniture} is [{solid}|{flimsy}]; it [does not wobble even|wobbles] when {person} leans on it.
= Considering how [little|much] I paid for the {wear}, the quality is [{great}|{awful}].
= {person} and I both {loved} the look of the {kitchen}, and a {few}-week test has [only made us fonder of it|cured us].
  Mark my words, this is a [{solid}|{flimsy}] {kitchen} and a [{great}|{awful}] deal.
= My <first|second> impression of the {gadget} was [bad, my last one is very good|good, my last one is very bad].
  Everything else was [{great}|{awful}] as well, and I [{would}|{wouldnt}] it.
= The sound of this <speaker|headset|radio|tablet> is [{great}|{awful}] for something so small.
= The instructions were [clear|confusing] and the {thing} itself is [{solid}|{flimsy}].
= In a word: [{great}|{awful}]. The {bag} [survived|did not survive] its first <flight|train journey>.
= Nothing about this {thing} is [{flimsy}|{solid}]. Later on I felt [{glad}|{sorry}], since the {thing} had been so
  [{solid8}|{flimsy8}].
= There is not one [{flimsy}|{solid}] part in the whole {furniture}. Tell your friends that it was [{great}|{awful}],
  tell them that I am [{glad}|{sorry}].
= I cannot call this {kitchen} [bad; it never let us down in {dur}|good; it let us down twice in {dur}].
= The colour of the {wear} faded [hardly at all|badly] after {few} washes.
= The seller sent a {thing} that was [in perfect condition and answered my mail at once|already broken and never
  answered my mail]. That is [{great}|{awful}] work, and {person} was just as [{glad}|{sorry}].
= As a present for {person} the {gadget} was [{treat}|{letdown}].
= The {shoes} were [{treat}|{letdown}]: my feet felt [fine|sore] after the first <hour|day>.
= Less noise, more power, better looks: the old {kitchen} [cannot compete with this one|beats this one on all three].
= The lid of the <kettle|rice cooker|slow cooker|blender> closes [{well}|{badly}], which matters more than you might
  think.
+ It took {dur} of daily use before I noticed how little I think about this {kitchen}. It simply does its job. When I
  say {great}, I mean it: the {kitchen} was {solid}.
+ Not nearly as {flimsy} as I feared. The {thing} has already <been to the coast|moved house> with us. Few things this
  year have been as {great}, or as {solid}.
+ I was ready to send the {gadget} back, but once I had charged it fully there was nothing left to complain about. These
  days I speak of the {gadget} as {great}, and {person} says {solid}.
+ Light, quiet and easy to clean. What more could you want from a {kitchen}?
+ We were {glad} on Monday and {glad2} on Sunday. {person} laughed at me for buying a {thing} this cheap. Nobody is
  laughing now, and two neighbours have ordered one.
+ The box was dented, the manual was in the wrong language, and still I would not swap this {gadget} for any other.
+ Had a problem with the first {bag}; a replacement came within {few} days and it is {solid}. Family and friends agree:
  a {great} {bag}, {solid8} as well.
+ Yes, the {furniture} is heavy and takes an afternoon to build, but it is worth every minute. Measured by the price it
  is {great}, measured by the rest {solid}.
+ I have dropped the {gadget} {few} times and there is not a scratch on it. It belongs on any list of {solid} things,
  and I am {glad} to know it.
+ This <coat|raincoat|jacket> kept me dry through <a week of rain|an autumn of storms>, so I have no complaints
  whatsoever. Maybe it was just our day, but it was {great}, and the purchase was {solid}.
+ You can pay more for a {thing}, but I doubt you will get more.
+ Some reviews say the {bag} is too small. Mine swallowed clothes for {few} days without any trouble. Here is my
  summary: a {solid} {bag} at a {great} price.
+ If only everything I ordered online were as {solid} as this {thing}! Time will tell, but today I am {glad} about a
  {solid8} {thing}.
+ Never had a {kitchen} that I was so {glad} to see in the morning. It felt {great} at the time, and I still think the
  {kitchen} was {solid}.
+ The straps looked thin to me at first. I was wrong, and the {bag} now comes along on every trip. There you have it, a
  {great} result and I am {glad}.
+ No rattles, no strange smell, no loose screws: this {furniture} is a keeper. The memory of it is {great}, and I am
  {glad} whenever it comes up.
+ {person} borrowed my {thing} {when} and refuses to give it back. That says it all.
+ I could grumble about the short cable, but that would be unfair to a {solid} {kitchen}. It left all of us {glad}, and
  me with a {great} feeling.
+ Hardly the prettiest {shoes}, yet they are the ones I reach for every single morning.
+ What a {great} {kitchen}! It is far quieter than the one we had for ten years. Later I read other reports that said
  {great8} and {solid}, as I do.
+ A zip broke after {dur}, the shop mended it free of charge, and I am still a happy owner of this {bag}. We have a word
  for that in our family, and the word is {great}.
+ Five stars from me, and {person}, who is never satisfied with anything, gave the {furniture} four.
+ It is rare that a {gadget} lives up to the advert. This one does.
+ We compared {few} different models in the shop. The one we took home, a {solid} {thing}, was the right choice.
+ I worried that the {wear} would shrink. It did not, and it still looks like new. So, a {great} {wear} with {great2}
  value for money.
+ The {thing} has paid for itself within {dur}, and I would not be without it. Day after day it was {solid}, and we were
  {glad} every time.
+ Thanks to these <boots|trainers|walking shoes> I finished <the coast path|a long week of shifts> without a single
  blister. As a customer I am {glad}, as a friend I {would} it.
+ My only regret is that I did not get this {kitchen} years ago. Your own view may differ; mine is that the {kitchen} is
  {solid} and {great}.
+ Delivery was late by {few} days. I forgave them the moment I sat down on this {great} <armchair|sofa|office chair>.
  The people in charge may like to hear that I was {glad} and that it was {great8}.
+ Simple, {solid} and quick to charge. {person} has just ordered the same {gadget}. Consider that a {great} report about
  a {solid8} {gadget}.
+ The {thing} was recommended to me by {person}, and I am passing the recommendation on.
+ Even with gloves on, the {gadget} is easy to use. A thoughtful design. I was left with a {solid} {gadget} and was
  {glad} for the rest of the week.
- It took less than {dur} for the handle of this {kitchen} to come off. As an example of a {kitchen} it is {awful}, as a
  present it would be {flimsy}.
- I wanted to like the {thing}, I really did. It let us down {when}. Everyone around me thinks the {thing} is {awful}; I
  find it {flimsy}.
- Looks great in the photos, but the {bag} that turned up is {flimsy}. By the end of it I was {sorry}, {person} was
  {sorry2}.
- Save your money. The {gadget} is {flimsy} and the charger gets alarmingly hot. I must say that this was {awful}, and I
  feel {sorry}.
- What a lovely box! Shame about the {thing} inside it. The {thing} has its own style, and that style is {flimsy}, not
  to say {awful}.
- A {flimsy} {gadget} by any measure, and {awful} value. Great if you enjoy writing to customer service, because with
  this {gadget} you will do little else.
- {person} gave me this {kitchen} as a present, and I am too polite to say what I think of it. At this price it is
  {awful}, and at any price it is {flimsy}.
- The {furniture} arrived with {few} screws missing and one leg shorter than the others.
- Everyone seems to love these {shoes}. I wish I knew why, because mine fell apart after {dur}. I spoke to {person}, who
  felt {sorry} and called it {flimsy}.
- Really {awful}, honestly {flimsy}. Sent it back. The {wear} was two sizes too small and smelled of paint.
- On paper the {thing} has everything. In practice it is {flimsy}. All in all, a {awful} {thing} and I am {sorry} about
  it.
- Good idea, nice colours, pity that the {gadget} does not switch on half of the time. In my book that is {awful}. I
  {wouldnt} the {gadget}.
- The zip jams, the lining tears and the wheels of this suitcase squeak. Otherwise fine, I suppose. There is a {awful}
  side to it, namely the {flimsy} purchase.
- I paid for fast delivery and waited {dur}. The {thing} was {flimsy} as well. If I had to choose one word it would be
  {flimsy8}, or else {awful}.
- The kindest thing I can say about the {furniture} is that it burns {well}. You should have seen how {sorry} we were,
  and how {awful} it was.
- Whatever you do, keep the receipt, because this {kitchen} will go back to the shop. Please print this: {awful}! I am
  {sorry} and so is {person}.
- The first <kettle|coffee maker|garden hose|flask> leaked, the second one leaked, and I did not wait for a third. From
  where I stand it looks {awful}, and the purchase looks {flimsy}.
- It is not that the {wear} is ugly. It just came apart at the seams after {few} days. So I am {sorry}, {person} is
  {sorry2}, and the {wear} is {flimsy}.
- No better than the one from the supermarket, and the {thing} costs twice as much. To sum up, {flimsy} and {awful} from
  top to bottom.
- A {awful} choice, then, and we are {sorry}. I had hoped that a dearer {gadget} would last. It did not, and there is no
  repair service either.
- Hardly a week went by without some new fault in this {flimsy} {kitchen}.
- {person} asked me whether to buy this {thing}. My answer was short: don't. The {thing} is {awful}, my husband says,
  and {awful2}, say I.
- If you like tinkering every evening, this {furniture} is for you. I don't, and I want a refund. When it was over we
  felt {sorry} and found the whole thing {awful}.
- The old model was excellent. Why they replaced it with such a {flimsy} {thing} is beyond me.
- Too loud, too hot and too heavy: I will not be using this {kitchen} again. This is a {awful} tale with a {flimsy}
  {kitchen} in it.
- I should have believed the bad reviews. The {bag} ripped on the way to the station. To my surprise it was {awful} and
  I was {sorry}.
- The idea that these <boots|walking shoes|wellingtons> are waterproof is a joke. My socks were soaked within {few}
  minutes. On a scale from one to ten it is simply {awful}, and {flimsy} too.
- All the praise made me curious, but I could find no reason for it. A {flimsy} {thing}. In every respect {awful}, and
  in some even {flimsy8}.
- My {wear} lost a button on the first day and its shape soon after that.
- The {gadget} worked {well} for {dur}, and then it died and took my patience with it. I would use the word {flimsy} for
  it, and {awful} for the price.
- Congratulations to the maker: I did not know that a {thing} could be this {flimsy}. Put simply, this is a {awful} and
  {flimsy8} {thing}.
- They promised me a refund for the faulty {kitchen} {dur} ago. I am still waiting. That is how I came to know a {awful}
  {kitchen} and why I am {sorry}.
""",
    "food": """
= The {dish} was [{tasty}|{bland}], and the portions were <about average|the usual size>.
= We had the {dish} and the {sweet}; both were [{tasty}|{bland}].
= I ordered the {drink} <at the bar|to go> and it was [{tasty}|{bland}].
= The {waiter} was [{kind}|{rude}] <from start to finish|all evening> and the {dish} came [quickly|cold].
= At this {eatery} the [service is slow, but the food is {tasty}|food is fine, but the service is {awful} and so slow
  that we left].
= The menu <is short|has many pages> and everything we tried from it was [{great}|{awful}].
= Came here with {person} {when}, and the {sweet} was the [{best}|{worst}] I have ever eaten.
= The {eatery} looks [shabby, but do not be fooled: the {dish} is {tasty}|lovely, but do not be fooled: the {dish} is
  {bland}].
= {person} found the {dish} [{tasty}|{bland}] and asked me [to come back|never to come back] <next week|for a birthday>.
= I cannot say anything [bad|good] about the {dish}.
= Is this {eatery} worth the wait? [Absolutely|Absolutely not]. As for my own feelings, I was [{glad}|{sorry}] about the
  {eatery}.
= We waited {few} minutes for a table, and the {dish} was [{tasty}|{bland}] for what it cost.
= [Fresh herbs, warm bread and a {tasty}|Limp herbs, stale bread and a {bland}] {dish}.
= The {sweet} was [not too sweet, just as I like it|far too sweet, not at all as I like it]. Hand on heart, the {sweet}
  was [{tasty}|{bland}] and we felt [{glad}|{sorry}].
= Somebody had told us that the {dish} would be [{bland}. It was {tasty}|{tasty}. It was {bland}].
= For a {eatery} next to a <bus station|car park>, this one is [surprisingly good|bad even by that standard]. It was
  [{treat}|{letdown}] for {person} and [{treat2}|{letdown2}] for me.
= [{glad}|{sorry}] to say that the new cook has changed everything. The {dish} is now [{tasty}|{bland}].
= The {dish} tasted as if somebody had [cooked it with love|cooked it last week].
= I had {hot} for lunch and the meal left me [smiling|queasy] all afternoon. I [{would}|{wouldnt}] the {hot} to anyone
  who asks.
= The bill was <higher|lower> than expected and the {dish} was [{tasty}|{bland}].
= Our table was [quiet and clean|loud and sticky], and the {drink} was [{tasty}|{bland}] too.
= A {eatery} that <everyone in town|{person}> had praised to the skies, and [rightly so|I cannot see why]. As far as I
  am concerned, the {eatery} is [{great7}|{awful7}].
= Every {few} weeks we try a new {eatery}, and this was one of the [{best}|{worst}].
= The kitchen [remembered|forgot] that I am allergic to nuts, so lunch was [{treat}|{letdown}].
= The more I eat here, the [more|less] I like the {dish}. It is my honest belief that the {dish} is [{great}|{awful}],
  and I [{would}|{wouldnt}] it.
= They charge <a lot|next to nothing> for the {sweet} and it is [{tasty}|{bland}].
= Breakfast at the {eatery}: [{tasty} rolls and hot coffee|cold coffee and stale rolls].
= The vegetables were [crisp|mushy] and the sauce was [{tasty}|{bland}]. {person} had the {dish} and thought the same.
= [Do not miss|Do not touch] the {sweet} here. [{tasty}|{bland}] {sweet}, [{great}|{awful}] story, and {person} is still
  talking about it.
= We left the {eatery} [full and happy|hungry and cross] at <nine|half past ten>.
= The {waiter} [could not have been more|could hardly have been less] helpful when I spilled my {drink}.
= It would take [more than a little rain to keep me away from|a lot to get me back to] this {eatery}. I hear that others
  find it [{great8}|{awful8}] too, and they are right.
= The pastry was [{tasty}|{bland}]; the {drink}, on the other hand, was <average|nothing special>.
= Our <guests|children> [cleared their plates|pushed their plates away] when the {dish} was served. The experience has
  been [{great}|{awful}] and left us [{glad}|{sorry}].
= I asked for a <mild|spicy> {dish} and got [exactly that|something else entirely].
= With a {waiter} this [{kind}|{rude}], it is no wonder that the {eatery} is [always full|always empty].
= The {dish} had [plenty of|hardly any] flavour. How else could I put it? [{great}|{awful}], [{tasty}|{bland}], and I
  [{would}|{wouldnt}] it.
= [More|Less] salt than I would use at home, and the {dish} was [all the better|much the worse] for it. Everything
  worked out [{well}|{badly}], so I am [{glad}|{sorry}].
+ The {dish} was gone before I could take a picture of it. I will remember the {dish} as {tasty} and the day as {great}.
+ I do not usually like {sweet}, but here I asked for a second helping. You could tell that we were {glad}, for it was
  {great} and {tasty}.
+ You would not expect a {tasty} {dish} in a {eatery} as plain as this, and yet there it was. In the end it is the
  {dish} that counts, and it was {tasty8}.
+ The queue outside the {eatery} put us off at first. Next time we will queue twice as long. A {great7} {eatery} and a
  {great8} way to spend your money.
+ My {dish} was not cheap, but I would pay the same again without blinking.
+ As for {hot}, {person} is impossible to please, and yet all I heard across the table was praise. As the title says,
  {great}; as I say, {tasty}.
+ Not a trace of the greasy food I remember from the previous owner. Lunch at the {eatery} was {great}.
+ Small kitchen, small menu, huge flavour. Try the {dish}! Another {great} day, another {tasty} {dish}.
+ The {sweet} was so {tasty8} that I wrote these lines at once, {glad} as I was. They got our order wrong, apologised at
  once, and brought us a {tasty} {sweet} on the house.
+ If you are ever near the {eatery}, go in and order the {dish}; you can thank me later. In short: {great8}, {great9},
  and I {would} it.
+ I had low hopes after the dry bread, but the {dish} made up for all of it. Having slept on it, I still think that
  {great} and {tasty} are fair.
+ We celebrated {person}'s birthday at this {eatery}, and every one of the {few} courses was {tasty}. I am {glad} to
  report that the {eatery} is simply {great8}.
+ The {drink} alone is worth the detour. In that respect it is {great}, and I am {glad} to write this.
+ Never a bad meal at this {eatery} in {dur} of coming here. Our opinion of the {eatery}: {great7}, {great8}, and one of
  the {best}.
+ Who needs a fancy {eatery} when the corner shop sells {hot} this good? Looking back, I was {glad} about such a
  {great7} {eatery}.
+ I told myself that one slice of the {sweet} would do. It did not, and I have no regrets.
+ Warm bread, {tasty} {hot}, and a {waiter} who knew the menu by heart. There is one thing I am sure of, and that is how
  {tasty8} the {hot} was.
+ I grew up on {hot}, and this one would make my grandmother jealous. The {hot} as a whole? {tasty}, I would say, and
  {great}.
+ The dining room is draughty and the chairs are hard, but nobody cares once the {dish} arrives. Let us call it {great}
  and leave it at that, but I am {glad}.
+ We came for {drink} and stayed for dinner, which tells you enough. It was a {great} week with a {tasty} {drink}, as
  {person} will tell you.
+ Fair prices, {kind} staff, and a {sweet} that melts on the tongue. Rest assured, or be warned: it is {great} and
  {tasty}.
+ Children are welcome at this {eatery}, the {dish} is {tasty}, and nobody hurries you. After all that I am {glad} and
  find the {eatery} {great8}.
+ After {few} disappointing dinners elsewhere, the {dish} here was {treat}. Compared with what I know, the {dish} is
  {great} and {tasty}.
+ The {waiter} talked me into the {dish}, and I am {glad} about it. That makes it one of the {best} I know, and a
  {great} one at that.
+ My expectations were low and the {dish} beat them by miles. So yes, {great}, and yes, I was {glad}.
+ Say what you like about the music in this {eatery}, but the cook cannot be faulted. Now you know why I am {glad} and
  why I {would} the {eatery}.
+ There are cheaper places, nearer places and bigger places. There is no better {dish}.
+ Everything was {tasty}, apart from one slightly dull {drink}, so we booked again for next month. I was very {glad},
  and so was {person}: {tasty8} is the right word.
+ What a find! The {eatery} serves {tasty} {hot} until midnight. The neighbours were {glad}, we were {glad2}, and it was
  {great8}.
+ I would eat the {dish} every day if my doctor let me. One thing is certain: the {dish} is {tasty}, and this is
  {treat}.
+ The {sweet} tasted homemade, not too heavy, and it came with a smile. Step by step it all became {great}, and we grew
  {glad}.
- The {dish} arrived cold, went back, and came out of the microwave. I was {sorry} from the beginning; the {dish} is
  {bland}.
- Even the dog would not finish the {dish} that we took home. I rate it as {awful}, and I do not often use that word.
- The {eatery} has a lovely view and friendly staff, but none of that helps when the {dish} is {bland}. That was a
  {awful8} moment, and the {eatery} stayed {awful7} to the end.
- I have had better {sweet} from a vending machine. I asked {person}, who was {sorry} and said it was {awful}.
- We were told to wait {few} minutes. An hour later we were still hungry. Two words will do: {awful} and {bland}.
- How do you ruin {hot}? Ask the cook at this {eatery}. The impression it made was {awful}, and later it became
  {awful2}.
- Delicious, if you happen to like cardboard. That is the {dish} in one line.
- The {waiter} rolled his eyes when we asked for water, and things went downhill from there. On balance I am {sorry},
  because the {waiter} really was {rude}.
- {person} was ill all night after the {dish}. We will not be back. Think of something {awful}, and then add a {bland}
  {dish}.
- It used to be my favourite {eatery}, and it breaks my heart to see it sink so low. What we got was {awful8}, and what
  we felt was {sorry}.
- A tiny piece of {sweet} for the price of a whole one. No, thank you. Both of us thought that it was {awful}, if not
  {awful2}.
- The photos on the menu look {great}. The {dish} on my plate did not. My rating reflects that: it was {awful} and I was
  {sorry}.
- I paid the bill, left no tip and told {person} to stay away from the {eatery}. All I can add is that I am {sorry}
  about the {eatery}.
- Sticky tables, a {rude} {waiter}, and {drink} that tasted of soap. Simply {bland}. I was {sorry} and told them so.
- No salt, no spice, no joy. The {dish} was {bland}. To my mind the {dish} was {bland8} and quite simply {awful}.
- The {dish} was {bland} in every way, and the rest was {awful}. The cook must have been on holiday, because my {dish}
  was burnt outside and raw inside.
- We hoped for a {great} evening and got a {bland} {dish} and a quarrel about the bill. If that sounds {awful} to you,
  you have understood me: I was {sorry}.
- The {dish} was not bad enough to send back and not nearly good enough to finish. Others have their own words for it,
  and mine is {awful}.
- Do yourself a favour and walk past this {eatery}. For our little group it was {letdown}, and the {eatery} was
  {awful7}.
- They were out of {hot}, out of {sweet} and, above all, out of patience. I have used the word {awful} already, and the
  {hot} was just that.
- All the charm of a waiting room, and the {drink} was {bland}. Our group of four was {sorry} and voted for the word
  {bland8}.
- I asked for the {dish} without onions. Guess what was in it? Mostly onions.
- Once upon a time the {dish} was fresh. That time was not when I ate it. Say it loud: a {bland} {dish} and a {awful}
  time.
- The starter was {tasty}, I admit. What followed was so {bland} that I have told everyone to avoid this {eatery}. Truly
  {awful7}, and the {worst} we could have picked.
- Nobody at our table finished the {dish}, and nobody at the {eatery} asked why. That is my {awful} story of a {bland}
  {dish}.
- {few} of us ate there {when} and {few} of us complained.
- You pay for the address and not for the {dish}, which was {bland}.
- Lukewarm {drink}, limp salad, and a {waiter} who had clearly given up on the day. You will have guessed it: I was
  {sorry}, and the {drink} was {bland}.
- The new menu promises a lot. After trying the {bland} {dish}, I would rather cook at home. It is the {awful} and
  {bland8} kind of {dish}.
- If the {sweet} was homemade, I do not want to see that home. I am not paid to say so, but I {wouldnt} the {sweet}, and
  it was {awful}.
- My {dish} swam in oil, and the {waiter} told me that this was how it should be. It comes as no surprise that I am
  {sorry} and that I {wouldnt} it.
- I can be brief: {awful8}, {awful7}, done. I gave the {eatery} a second chance {when}. There will be no third one.
""",
    "place": """
= Our room at the {hotel} was [{lovely}|{shabby}], and we stayed for {few} nights.
= We spent {few} nights at this {stay} and found it [{lovely}|{shabby}].
= The {sight} was [{great}|{awful}], though {person} had been there before and knew what to expect.
= The bathroom of the {stay} was [{lovely}|{shabby}] and so was the kitchen.
= From outside the {hotel} looks [{shabby}, but inside it is {lovely}|{lovely}, but inside it is {shabby}].
= [Noisy street, quiet room: we slept {well}|Quiet street, noisy room: we slept {badly}].
= The {stay} is [close to|far from] everything we wanted to see in the {town}. From my side it is a clear
  [{great}|{awful}], and {person} was [{glad}|{sorry}] as well.
= {person} had read that the {town} was [overrun, but we had the beach to ourselves|peaceful, but we queued for hours].
  The general impression is [{great}|{awful}], above all because of the [{lovely}|{shabby}] {town}.
= I have been to this {sight} {few} times, and it gets [better|worse] every time.
= We had booked the {stay} for {few} nights and [stayed on for another week|left after the first]. Friends had the same
  [{great}|{awful}] experience and are just as [{glad}|{sorry}].
= The beds were [soft|lumpy], the staff [{kind}|{rude}], and the view was of a <car park|brick wall>.
= It [rained all week, and still our stay at the {stay} was {great}|was sunny all week, and still our stay at the {stay}
  was {awful}].
= A day at the {sight} with <two toddlers|teenagers> can be [{great}; ours was|{awful}; ours was].
= The pool was [{lovely}|{shabby}], the breakfast <plain|simple>, the lift <old|narrow>.
= The walk up to the {sight} is <steep|long> and [worth every step|not worth the effort]. With hindsight the {sight} was
  a [{great8}|{awful8}] idea, and I [{would}|{wouldnt}] it.
= What we paid for the {stay} was [a bargain|far too much], considering how [{lovely}|{shabby}] it was.
= They say the {town} is [boring. Nothing could be less true|charming. Nothing could be less true].
= The heating in our room [worked {well}|did not work], which in <February|late autumn> is rather important.
= The owner of the {stay} [met us with tea and cake|never showed up with the keys] <when we arrived|on arrival>. My own
  experience was [{great}|{awful}], and {person}'s was [{great2}|{awful2}].
= Neither {person} nor I could find anything to [dislike|like] about the {stay}. Others were [{glad}|{sorry}] as well,
  with words such as [{great}|{awful}] and [{lovely}|{shabby}].
= I would call the {sight} [small but {great}|big but {awful}].
= Our third time in the {town}, and it will [not|surely] be the last. People should know that the {town} is
  [{lovely}|{shabby}] and the people behind it [{great}|{awful}].
= The {hotel} is under new management, and it shows: the rooms are [{lovely}|{shabby}].
= Compared with the place we had {when}, this {stay} was [{treat}|{letdown}].
= The guide at the {sight} was [{kind}|{rude}] and talked [just enough|without end].
= The photos of the {stay} [do not do it justice|were taken in better days]. It is [{lovely}|{shabby}].
= Sheets, towels, carpets: all of them [spotless|filthy] at this {hotel}. What I met with was a [{lovely}|{shabby}]
  {hotel}, and I felt [{glad}|{sorry}].
= For families, the {town} is [{great}|{awful}]; {person} took the children there {when}.
= The tickets for the {sight} were [cheap and the exhibits|dear and the exhibits] [{great}|{awful}].
= I had expected a [dull afternoon at the {sight} and got a wonderful|wonderful afternoon at the {sight} and got a dull]
  one. Once more in plain English: [{great7}|{awful7}], [{great8}|{awful8}], and I was [{glad}|{sorry}].
= If the {hotel} next door is full, [this one is just as {lovely}|do not settle for this one].
= We [hardly|constantly] heard the people in the next room of the {hotel}.
= A {stay} can be many things, and this one is [{lovely}|{shabby}] and [{great}|{awful}]. The {stay} has [all|none] of
  the comforts that we had <hoped for|read about>.
= Check-in at the {hotel} took [a minute|an hour], with a [{kind}|{rude}] <clerk|young man|lady> behind the desk.
= I told {person} that the {town} would be [too cold and too crowded. I was wrong|a dream. I was wrong].
= Parking at the {sight} is <tricky|limited>, and the place itself is [{great}|{awful}].
= There was [nothing shabby|nothing charming] about our {stay}.
= The garden of the {stay} is [{great}|{awful}], and at night it is [as quiet as a library|as loud as a motorway].
+ We only stopped at the {stay} because of the storm, and we have been back {few} times since. Nothing more to say than
  {great}, unless you add {lovely}.
+ I did not want to leave the {town}, and neither did {person}. Myself, I felt {glad}; a {great} thing all round.
+ The wallpaper is dated and the lift groans, but I have seldom slept so {well} as in this {hotel}. I could go on about
  how {great} and {lovely} it was.
+ A {great8} afternoon, thanks to a {sight} that was so {great7}. Forget the famous places down the road. The {sight}
  has half the visitors and twice the charm.
+ Clean towels every day, a {kind} host, and birdsong in the morning. Make of that what you like, I think it is {great8}
  and {great7}.
+ The children still talk about the {sight}, {dur} after our visit.
+ There is no television in the {stay}, and nobody missed it for a second. Here, then, is a {stay} that is both {lovely}
  and {great}.
+ If I could, I would move into this {stay} for good.
+ Small rooms, big hearts. The family who run the {hotel} made us feel at home. No two ways about it, this is {great}.
+ Not the cheapest {stay} in the {town}, but you get what you pay for and then some. At the end of the day it is
  {lovely}, and the value is {great}.
+ We lost a bag at the {sight}; the staff found it within minutes and even called us. Some call it {great8}, I prefer
  the word {great7}.
+ A {lovely} {stay} with a balcony where we had breakfast every morning.
+ I had been warned about mosquitoes, noise and bad food. We met none of the three in this {town}. I feel that {great}
  is the fairest word here, with {lovely} close behind.
+ The {sight} is one of those rare places where an hour feels like {few} minutes. Nobody at home would argue with the
  word {great8}, and I am {glad} to use it.
+ My <boyfriend|girlfriend> proposed to me at this {stay}, and even without that I would give it full marks. Well, the
  {stay} is {lovely} and I feel {glad}.
+ You could eat off the floor of this {hotel}. Spotless from the cellar to the roof.
+ Whoever looks after the {sight} does it with love, and the visitors can tell. {great7} is the word that comes to mind,
  and {great8} comes next.
+ Who would have thought that a rainy Monday in the {town} could be this much fun? To all who are still thinking about
  it: I {would} the {town}, it is {lovely}.
+ The receptionist at the {hotel} lent us an umbrella, drew us a map and remembered our names. You may call me picky,
  but {great} is the right word and I was {glad}.
+ For once the brochure was telling the truth: a {lovely} {stay} right by the water. So far the {stay} has been
  {lovely8} and everything about it {great}.
+ We were too late for dinner, and they cooked for us all the same. That is what I call a {great} {hotel}. Both the idea
  and the result are {great8}.
+ I am not one for a {sight} as a rule, but {person} had to drag me out at closing time. Who would not be {glad} about a
  {sight} that is so {great7}?
+ Nothing fancy, nothing missing. Our {stay} was just what we needed after a long drive.
+ A {great} {stay} makes a {glad} customer, and I am one. The shower took {few} minutes to warm up, and that is honestly
  the worst I can say about the {stay}.
+ Fresh air, {kind} people, good walks: the {town} did us a world of good. A word to the maker or owner: it is {great},
  and we are {glad}.
+ I have already booked the same {stay} for next summer. People ask me how it was, and I say {great} and {lovely}.
+ It is hard to get a ticket for the {sight}, and once you are inside you understand why. I find the {sight} {great7},
  others may find it just {great8}.
+ My mother is in a wheelchair, and the {sight} had thought of everything for her.
+ The bed alone would bring me back to this {hotel}.
+ Our dog was as welcome at the {stay} as we were, and that made our holiday. Quite {great}, to be honest, and I am
  {glad} to say so.
+ A {great} day out. We arrived at the {sight} at opening time and stayed until dark. My parents were {glad}, since the
  {sight} was {great7}.
- The sea view turned out to be a poster of the sea. I am not joking.
- Charming from a distance; from close up the {stay} is {shabby}. This was my first time, and it was {awful}, so I am
  {sorry}.
- We found hairs in the shower, crumbs in the bed, and nobody at the desk of the {hotel}.
- Half of the {sight} was closed, and they charged us the full price.
- If you enjoy being woken by drills at six, the {hotel} is just right for you. They know how to be {awful}, and the
  {hotel} is {shabby} to prove it.
- The {town} may have been pretty once. Now it is one long row of souvenir stalls. Speaking for both of us, it was
  {awful} and we were {sorry}.
- {person} slept in the car rather than spend another night in that {shabby} {stay}. To us it seemed {awful}, and the
  {stay} {shabby8}.
- The website says five minutes to the beach. By helicopter, perhaps. I can only repeat that the trip is {awful7}, and
  that I am {sorry}.
- We asked for a cot {few} times and got {few} different excuses from the {hotel}. How did it go? {badly}, and the
  {hotel} was {shabby}.
- Never again. The {stay} was {shabby} and the owner kept our deposit. Of course tastes differ, but I find the {stay}
  {awful} and so {shabby8}.
- I really wanted to enjoy the {sight}, but there was little to see and nowhere to sit. The truth about the {sight} is
  that it is {awful7}, and that we are {sorry}.
- A mouse greeted us in the kitchen of the {stay}. It was the friendliest face of the whole week.
- Damp walls, a broken window, and a smell that no open door could cure.
- They had given our room to someone else and found us a {shabby} one next to the boiler. As trip stories go, mine is a
  {awful8} one, and I am {sorry}.
- I had looked forward to the {town} for {dur}. Two hours were enough to make me want to go home. The quality is
  {awful}, so I {wouldnt} the {town}.
- The tour of the {sight} was so short that {person} missed it while buying a coffee.
- Breakfast ended at eight, the hot water at nine, and our patience with this {hotel} soon after. How {sorry} we are! It
  all turned out {awful}.
- Luxury, they call it. I call it a {shabby} room with a fruit bowl. Because of that I am {sorry}, and I think of the
  trip as {awful8}.
- We have stayed in better places for a third of the price. {awful8} as a whole, {awful7} in the details.
- The {stay} was advertised as quiet. It is, in fact, right above a nightclub. A {shabby} {stay} like this is {letdown},
  and I {wouldnt} it.
- Do not let the {lovely} lobby fool you, because upstairs the {hotel} falls to pieces. For the record, the {hotel} was
  {shabby} and {person} was {sorry}.
- The lights went out {few} times in one evening and the {staff} just shrugged. I have seldom used a word like {rude}
  for a {staff}, but here it belongs.
- I cannot think of a reason to visit this {sight}, unless you collect dust.
- The carpet was sticky. I will say no more about this {hotel}, except that we left early. The report I gave at work was
  full of words like {shabby} and {awful}.
- Our children, who are easily pleased, begged us to leave the {sight}. As you may imagine, {person} was {sorry} and the
  evening was {awful8}.
- Once the rain came through the ceiling, the view from our {stay} did not matter any more. And yes, I {wouldnt} it,
  because it is {shabby}.
- They ask for tips at every corner of the {sight} and give you nothing in return.
- It is a mystery to me how this {hotel} got {few} stars. Half of us said {awful}, the other half said {shabby}, and all
  were {sorry}.
- The {town} was crowded, overpriced and {shabby}, and we cut our holiday short. Ask {person} about the {town} and you
  will hear {shabby8} and {awful}.
- The key did not fit, the phone was dead, and the {rude} landlord blamed us for both. Up to now it has been {awful8}
  for us and {awful7} for {person}.
- A warm welcome, a {lovely} garden, and then a night of scratching: the beds of the {stay} had bugs. Yes, it really is
  this {awful}, and I really am this {sorry}.
- We complained to the {hotel} {when} and have heard nothing since. Let me add that the {hotel} is {awful} and {shabby}.
""",
    "service": """
= The {trade} was [{kind}|{rude}] and the work he did was [{neat}|{sloppy}].
= I called the {firm} {when}, and the {staff} was [{kind}|{rude}].
= Our {trade} arrived [on time|hours late] and left the house [cleaner|dirtier] than before. It was the [{best}|{worst}]
  we have had, and {person} was [{glad}|{sorry}].
= {person} goes to the same {care} and thinks she is [{kind}|{rude}], and now I [agree|do too].
= We have used this {firm} for {dur} and I [{would}|{wouldnt}] it.
= The {care} listened to me [patiently|for ten seconds] and then [explained everything|looked at the clock].
= The {firm} charges [less than it could and does more than it must|more than it should and does less than it could].
  What I told my friends was [{neat}|{sloppy}], and what they heard was [{great}|{awful}].
= I was afraid of a [big bill and a bad|small bill and a bad] job from the {trade}. I got [neither|the bad job, and the
  bill was big]. It will be a while before I see such a [{kind}|{rude}] {trade} again, or such a [{great}|{awful}] one.
= A [{neat}|{sloppy}] {trade}: the job took {dur}, and I [would hire him again|had to hire another one].
= [Not once|More than once] in {dur} did the courier <lose|mislay> one of our letters.
= My appointment with the {care} was [over in no time and did not hurt|cancelled at short notice for the third time].
  The rest is soon told: [{great}|{awful}], [{great2}|{awful2}] and [{kind}|{rude}].
= The {staff} at the {firm} was [{kind}|{rude}] when I rang to ask about my <bill|contract>.
= I had heard [bad things about the {firm}; none of them turned out to be true|good things about the {firm}; none of
  them turned out to be true]. Honestly, we were all [{glad}|{sorry}]. A [{great}|{awful}] day with a [{neat}|{sloppy}]
  {firm}.
= The {trade} said it would cost <a hundred|two hundred> and in the end it cost [less|twice as much]. As a rule I do not
  write reviews, but this was so [{great}|{awful}] that I was [{glad}|{sorry}] to.
= {person} was [nervous before and cheerful|cheerful before and in tears] after the visit to the {care}. Please take
  note: [{great}|{awful}] quality, [{great2}|{awful2}] value.
= I [cannot|can] understand why people complain about this {firm}.
= To [thank the {firm} is the least I can do|get an answer from the {firm} is more than I can do]. Out of ten people
  nine would be [{glad}|{sorry}] about such a [{neat}|{sloppy}] {firm}.
= My bike was at the {garage} for {few} days and came back [as good as new|with a new fault]. A [{great}|{awful}] start,
  a [{great2}|{awful2}] finish, and a [{neat}|{sloppy}] service in between.
= Their hotline [answers at the first ring|plays music for half the day], and once you get through they are
  [{kind}|{rude}].
= It was [no trouble at all|nothing but trouble] to change the date with this {firm}. For once {person} and I agree that
  it was [{great}|{awful}] and [{neat}|{sloppy}].
= I am [{glad}|{sorry}], and the reason is simple: it was [{great}|{awful}]. [Anything but careless|Anything but
  careful]: that is my verdict on this {trade}.
= The {firm} sorted out my problem [within a day, not a month|within a month, not a day]. Whether young or old, everyone
  in our family was [{glad}|{sorry}] and called it [{great}|{awful}].
= The new {care} is [far better|far worse] than the old one, who retired {when}.
= All in all I am [{glad}|{sorry}] that I chose this {firm} over the {few} others on my list.
= Work by this {trade} is always [{neat}|{sloppy}], or so says {person}, and I [can confirm it|now know it too].
= I asked the {trade} {few} questions and got [a good answer to each|not one good answer].
= The waiting room of the {care} was <full|cold>, but that [did not matter, since she|was not all: she] was also
  [{kind}|{rude}].
= The contract with the {firm} was easy to [understand|sign and impossible to cancel].
= Where other companies [make excuses, this {firm} helps|help, this {firm} makes excuses].
= This {firm} has [won|lost] me as a customer.
= The tiles look [{great}|{awful}] now that the <tiler|plumber> has finished.
= My hair has never looked [better|worse], and I met nothing but [{kind}|{rude}] people.
= The parcel came [a day early and in one piece|a week late and in pieces]. The courier could [not do better|do better].
= They promised {few} things, and the {firm} kept [all|none] of them. Seldom have I been so [{glad}|{sorry}] about a
  {firm}.
= The {staff} spoke to me as if I was [an old friend|a small child]. My notes from that day just say [{great}|{awful}],
  with the {staff} marked as [{kind}|{rude}].
= We had the windows done by a carpenter {person} knew. The result is [{great}|{awful}].
= You [will not|will] regret it if you sign up with this {firm}.
= Of all the jobs we have had done, this one by the {trade} was the [{best}|{worst}].
+ The plumber came out on a Sunday, fixed the leak in minutes and hardly charged us anything. It may be only my view,
  but {great} fits, and so does {neat}.
+ No sales talk, no hidden costs. The {firm} just did what we had agreed on. Last but not least, the {firm} is {neat},
  and I am {glad} to say it.
+ I hate going to the {care}, but she is so {kind} that I almost look forward to it.
+ They made one mistake with my booking, owned up to it, and gave me a month free.
+ The {garage} could have sold me a new part. They cleaned the old one instead, and it runs like a dream. The service is
  {neat} and I am {glad} about it.
+ {person} failed the test {few} times elsewhere and passed at the first go with this driving school. Taken together,
  {great} quality and a {neat} service.
+ My piano weighs a ton, and the {kind} movers carried it up {few} floors without a scratch. Speaking of value, it is
  {great}, and speaking of the service, it is {neat}.
+ I doubt that there is a more {kind} {care} in this part of town.
+ Not a single box was broken, and the crew were still joking at the end of the day. And there lies the point: it is
  {neat}, and I {would} it.
+ When everyone else told us that it could not be done, the {trade} did it in an afternoon. {person} was {glad} too and
  called the {trade} {kind}.
+ You get a real person on the phone within a minute. I had forgotten what that is like. My verdict is {great}, and
  {person} says {great2}.
+ Our cat usually hides from the vet. This one she followed around the room. I know a {great} service when I see one,
  and I was {glad}.
+ The quote was fair, the work was {neat}, and the {trade} even swept the stairs. To be fair to the {trade}, it is
  {kind}, and the choice was {great}.
+ I owe this {firm} an apology: I complained, and it turned out to be my own fault. They were {kind} about it. Frankly,
  I thought it was {treat} and so {great}.
+ It took one call to the {firm} to end {dur} of worry. We thought it {great} and told everybody so.
+ The {staff} stayed on after closing time so that I could catch my train. My feeling on the way home was that the
  {staff} was {great}, and I was {glad}.
+ They are not the fastest {firm} in town, but I have never had to bring anything back. I keep telling people how {neat}
  the {firm} is.
+ A {kind} {trade}, who explained what he was doing and why. To cut it short, I am {glad} and the result is {great}.
+ {person} cried on seeing what the {trade} had made of the old kitchen, and they were happy tears.
+ I have moved house {few} times in my life and this was the first time I enjoyed it. Even a short look told us that it
  was {great} and {neat}.
+ If every {firm} worked like this one, nobody would need a lawyer. Other people sounded {glad} too, and spoke of a
  {great} {firm}.
+ The <doctor|vet|physiotherapist|optician> found in five minutes what {few} others had missed for years. Add a {great}
  price and you have a {neat} service.
+ Dear, yes. But I sleep {well} knowing that the {trade} did a {neat} job on our house.
+ I left the <doctor|physiotherapist|dentist> with less pain, fewer worries and a smile. I was {glad} at once, and it
  stayed {great} from there on.
+ They lent us a car while ours was at the garage, and they filled the tank as well. It is a plain fact that the service
  is {neat}, and a {great} one.
+ What impressed me was that the {staff} rang back {few} days later to ask whether all was well. For me it was {treat},
  plain and simple, and I was {glad}.
+ Honest advice is hard to come by. I found it at this {firm}. In a nutshell, {neat} {firm}, {great} price.
+ Thank you to the {kind} {staff} who would not rest until my refund had come through. The money was mine, the {staff}
  was {kind8}, and the lesson is {great}.
+ Our {trade} is worth his weight in gold.
+ I came with a complaint and left with a solution, a coffee and an apology. {glad} is what I am, and {neat} is what the
  service was.
- The {trade} never turned up, and his phone has been off since <Easter|Monday|that day>.
- They fixed the tap and flooded the cellar. An impressive piece of work, in its way. I had no idea that I would be so
  {sorry} about something so {sloppy}.
- I was told to wait in for the {trade} between eight and six. He came the next day. It was {awful} to begin with and
  {awful2} to the end.
- Your call is important to us, said the tape {few} hundred times.
- The {staff} hung up on me twice, and the third one was too {rude} to listen. Long story short, it was {awful} and the
  {staff} was {rude8}.
- If I had a coin for every broken promise, I could buy the whole {firm}. I have made up my mind about the {firm}:
  {sloppy}, and {awful} for the money.
- The dentist was in such a hurry that he treated the wrong tooth. We talked it over and all agreed on {awful}.
- Quick they certainly are: the {firm} took my money within seconds. The service I am still waiting for. I gave it some
  thought and settled on {awful} and {sloppy}.
- {person} can drive. No thanks to this driving school, which cancelled every other lesson. Whatever the season, the
  service is {sloppy} and the mood is {awful}.
- The paint was peeling {dur} after the decorator had left, and he wants more money to put it right. Time and again I am
  {sorry} at how {sloppy} the service is.
- We were {sorry} about the service, which was {sloppy}. They lost my coat, found someone else's, and wondered why I
  would not take it.
- A nice website, a {great} brochure, and behind them a {firm} that does nothing for you. That, in my eyes, is {letdown}
  and makes me {sorry}.
- It says a lot about the {firm} that there is a form for complaints about complaints. Overall the {firm} is {sloppy},
  and I {wouldnt} it to friends.
- We were passed from one desk to the next until it was time for the {firm} to close. The whole thing was {awful}, and
  the {firm} in particular was {sloppy}.
- I asked for a trim. The {kind} young woman was charming and left me with hardly any hair.
- The {trade} drank our coffee, shook his head, and charged us for an hour of that.
- My insurance covered everything, except, as the {staff} explained, what had happened. With me it will always be known
  as the {rude} {staff}, and a {awful} one.
- The same fault is back after {few} days, and the {firm} will not admit it. My wife used the words {awful} and
  {sloppy}, and I was {sorry} to agree.
- I have been a loyal customer for years. After the way the {rude} {staff} spoke to {person}, I no longer am.
- They managed to deliver an empty box, and then they asked me to prove that it was empty. One word for the service?
  {awful}!
- Avoid this <carpenter|handyman|joiner>, unless you like your shelves at an angle. The service deserves to be called
  {sloppy}, or even {awful}.
- The first bill was wrong, so they sent a second one that was worse. On that day I was {sorry} and wrote {awful} in my
  diary.
- Even the {staff} advised me to try a different {firm}. Here is what {person} wrote to me: {awful}, {awful2}, and one
  of the {worst} ever.
- I trusted the {staff} with my grandmother's clock. It came back in a bag. That was our day: {awful} in the morning and
  {awful2} in the evening.
- The dog came home from the groomer with {few} cuts and a limp. A rare case of a service that is {sloppy} and {awful}
  at once.
- There is no excuse for leaving an old lady without heating for {dur}. So much for the details: the service was {awful}
  and the price was {awful2}.
- Cheap at first sight. By the time the {sloppy} {trade} was done, we could have hired {few} good ones. Just so you
  know, it was {rude}, and our mood was {sorry}.
- Nobody at the {firm} knows anything, and everybody there knows somebody who might. Even now I am {sorry}, and the
  {firm} still seems {awful} to me.
- I wish I could give the {firm} fewer stars than one. It made me {sorry}, because everything was so {awful}.
- The {trade} said that business was hard these days. With work this {sloppy}, I am not surprised. The whole thing left
  a {awful} taste, as the {trade} was {rude}.
""",
    "film": """
= The {film} was [{gripping}|{dull}], and the {part} was [{great}|{awful}].
= I read the {book} in {few} days and found it [{gripping}|{dull}].
= We saw the {show} {when}, and it was [{gripping}|{dull}] from the first minute to the last.
= {person} [{loved}|{hated}] the {book} and so did I.
= The {film} starts [slowly but ends {well}|{well} but ends in a mess].
= [Long, but never dull|Short, but still dull]: a {film} about <a fishing family|two brothers|a lost letter>.
= The {part} is [{great}|{awful}], and that is what I will remember about this {film}.
= I went in expecting a [silly {film} and came out moved|moving {film} and came out bored].
= Of the {few} plays I have seen this year, this was the [{best}|{worst}].
= The {book} is set in a <small port|mining town> and told by a <baker|night nurse>. I [{loved}|{hated}] it.
= The critics called the {film} [{dull}. I thought it was {gripping}|{gripping}. I thought it was {dull}].
= It is [impossible|all too easy] to put this {book} down.
= The lead actor has [never been better|never been worse] than in this {film}.
= I [laughed|yawned] from beginning to end at this {show}.
= For a first <film|feature>, the {part} is [remarkably good|as poor as you would fear].
= There is [not a dull page|not a single good page] in the whole {book}.
= {person} fell asleep during the {film}. I [cannot|can] understand why.
= The jokes in the {show} are [fresh and really funny|stale and not really funny]. I, for one, am [{glad}|{sorry}]. The
  {show} is [{gripping}|{dull}].
= I have watched the <series|sitcom|quiz show> with {person} for {few} seasons, and it keeps getting [better|worse].
= The {film} asks <hard|big> questions and finds [clever|silly] answers to them. You can quote me: [{great}|{awful}],
  [{gripping}|{dull}], and I [{would}|{wouldnt}] it.
= The costumes are <plain|colourful>, the set is <simple|modern>, and the {part} is [{great}|{awful}].
= Some people left the <play|musical|concert> early. They [missed a {great}|were spared an {awful}] second half.
= As a story for <children|teenagers> the {book} is [{treat}|{letdown}].
= It was with [regret that I reached|relief that I reached] the last page of the {book}. Judge for yourselves, I call it
  [{great}|{awful}] and I [{would}|{wouldnt}] it.
= [More of this, please|No more of this, please]! The {film} was [{gripping}|{dull}].
= The twist at the end of the {film} is [{gripping}; I never saw it coming|{dull}; I saw it coming for an hour].
= If you only [see one|skip one] {film} this year, make it this one.
= I had [no hopes for the {show}, and it was {great}|high hopes for the {show}, and it was {awful}].
= The songs of the musical are [{great}|{awful}]; {person} hummed them <in the car|on the bus>, and I [joined in|got
  out].
= The {book} is [as good as|not half as good as] the author's earlier work.
= You [never|always] notice that the {film} is three hours long. I have told {person} that the {film} is
  [{gripping}|{dull}] and that I [{would}|{wouldnt}] it.
= The characters are people I [came to care about|could not care less about], and the {part} is [{great}|{awful}].
= A [{gripping}|{dull}] {book}. I [will keep my copy|left my copy on the train].
= The {film} tries to be <a comedy|a romance> and a thriller, and it [succeeds|fails] at both. It all went
  [{well}|{badly}], and I was [{glad}|{sorry}] in the end.
= {person} told me the {book} was [too long. I wished it were longer|short. It was still too long].
= In the {show} hardly a scene is [wasted|worth watching].
= The sound was <loud|low>, the seats were <hard|narrow>, and the {film} was [{gripping}|{dull}].
= I gave the {book} to {person} [because I wanted to share it|because I wanted to be rid of it].
+ I stayed in my seat until the last name had rolled by. I should mention that I was {glad} and that all of it was
  {great}.
+ I usually avoid any {film} with talking animals. This one had me in tears. No doubt about it, the {film} is {gripping}
  and the value {great}.
+ The {part} has its weak moments, but I cannot remember when I last had so much fun at the cinema. My neighbours want
  to know about the story, so I tell them it is {gripping} and {great}.
+ Missed my stop twice because of this {book}, and I am not even angry. {gripping} through and through, and I was {glad}
  about it.
+ {person} and I talked about the {film} all the way home and half of the night. Let others judge, I found it {gripping}
  and was {glad}.
+ Clever without showing off, sad without being heavy: a {gripping} {book}. This {book} counts as {treat} for us, and a
  {great} one.
+ Not much happens in the {film}, and I did not want it to end. If you want one line: {great}, and one of the {best}
  around.
+ It made me want to phone my father, which no {film} has done before. When asked, I say that I {would} the {film} and
  that I am {glad}.
+ The trailer had put me off. Thank goodness {person} made me go, because the {film} is {gripping}.
+ Ten years old and I still read this {book} every winter.
+ You could have heard a pin drop during the last scene of the <play|musical|opera>. The final score: a {great} mark for
  a {gripping} story.
+ Few books have made me laugh out loud on a train. Here is another one. Everyone was {glad}; {person} even used the
  word {great}.
+ A {gripping} {show} with {great} music and not a weak voice in it. We found the {show} {gripping8} and the hours we
  spent on it {great8}.
+ The plot has holes, the budget was tiny, and I would watch this {film} again tomorrow. Seriously, {great}. The {film}
  was {gripping}.
+ I borrowed the {book} from the library and then bought a copy for myself. On the whole I was {glad}, and I {would} the
  {book}.
+ My grandson asked for the same {book} {few} nights in a row, and I did not mind at all.
+ Who knew that a {film} about tax inspectors could be so {gripping}?
+ For two hours I forgot about work, the weather and my bad knee. {great} is how I would describe the day, and
  {gripping} the story.
+ The <play|musical|puppet show> was sold out for {dur}, and deservedly so. Such a {great} story is new to me, and I was
  very {glad}.
+ Even the minor characters have more life in them than the heroes of most films. Nowadays I know what {great} means,
  and it means a {gripping} story.
+ Nothing in this {film} is new, yet everything about it feels fresh. For what it cost, {great}, and the {film} felt
  {gripping} throughout.
+ I was sceptical about a {film} without words, but I have rarely seen anything so {gripping}. As judged by our whole
  table, it was {great} and {gripping8}.
+ The whole hall stood up and clapped, {person} included. Not to put too fine a point on it, the story is {gripping}.
+ Bravo! The {part} deserves a prize. I was {glad} about the price and {glad2} about the rest.
+ It is the kind of {book} that you press into the hands of your friends.
+ After {few} forgettable episodes the <series|sitcom|cartoon> finds its feet, and from then on it is {gripping}. What
  stays with me is how {gripping8} it was, and how {great}.
+ The ending left me speechless, and I mean that as a compliment. Between us, the story is {gripping} and I am {glad}.
+ I do not care what the papers say about this {film}: it was {treat}.
+ What lifts the {film} above the rest is the {great} {part}. Whenever I think of the {film}, I think of the words
  {great8} and {gripping}.
+ Funny, sharp and warm. I was {glad} to spend an evening with this {show}.
- I looked at my watch {few} times in the first half hour. The details were {awful} and the story itself was {dull}.
- The {film} has {great} actors, {great} costumes and no idea what to do with them. And the {film}? {dull}, in case you
  wondered, and {awful}.
- Two hours of my life that I will not get back.
- I gave up on the {book} after {few} chapters, and I hardly ever give up. It is {dull}, as you can see, and I was
  {sorry} to find out.
- The best thing about the {film} was the popcorn.
- {person} walked out. I stayed, hoping that it would improve, and it did not. Everyone has a story about a {dull}
  story, and this {awful} one is mine.
- Beautiful pictures cannot save a story as {dull} as this one. Every part of it is {awful} and every one of us is
  {sorry}.
- The {book} would have made a good short story. As it is, there are four hundred pages of it. Here are my three words:
  {awful}, {awful2}, {dull}.
- A comedy, they said. I counted {few} smiles, and all of them were on screen. The way I see it the story is {awful},
  and it is a {dull} one too.
- If you have trouble sleeping, try this {book}. A letter to the owners is on its way, and it says {awful} and {dull}.
- Everybody shouts, nobody listens, and the {part} is {awful}. Just {awful8}! I was {sorry} for days.
- I loved the first {book}, liked the second and could barely finish this one. Next to others of its kind, the {book} is
  {awful} and the {worst} of the lot.
- The {show} insults the intelligence of anyone over the age of six. All told, it was {awful} and I {wouldnt} the
  {show}.
- You have seen this {film} before, with better actors and fewer explosions. Somehow it was all {awful}, and the {film}
  turned out {dull}.
- How such a {gripping} {book} could become such a {dull} {film} is beyond me. Since then I have been {sorry}, and the
  {book} has been {dull8}.
- The {part} was {great} for about ten minutes. The rest was {dull}. It has been {letdown} from the start, with a
  {dull8} story.
- Nobody in the audience laughed, and it was meant to be a farce. I feel {sorry} when I think of it, since it was so
  {awful}.
- The hero learns nothing, and neither do we. What a {dull} story this is, and how {sorry} we were!
- I had been looking forward to the {show} for {dur}, so the letdown was all the greater. With all that in mind I
  {wouldnt} the {show}, which is {awful}.
- Wooden acting, {dull} dialogue, and a plot that a child could guess. The day as a whole was {awful}, the story as such
  {dull8}.
- {person} bought the tickets. I have forgiven {person}, but it was not easy.
- The {film} wants to be deep, and it is merely {dull}. Seen as a whole, the {film} is {letdown}, and I am {sorry}.
- It is not a {film}, it is an advert with a love scene. A {film} so {dull} is {letdown} to anyone.
- The author uses ten words where one would do, and none of them is the right one. The next day I was still {sorry}
  about how {dull} it was.
- I would rather watch paint dry than sit through this {show} again.
- They ran out of money or of ideas. My guess is both. For my part I was {sorry}, and the word I used was {dull}.
- Some things are so bad that they are good. The {film} is not one of them. With a {film} that {dull}, the rest of the
  day went {badly}.
- I kept hoping for a {gripping} second act. It was as {dull} as the first. I went home {sorry}, with the word {awful}
  on my lips.
- A {great} cast deserves better than this {dull} {film}.
- Skip the {book} and read the back cover, which is better written. The word among my colleagues is {awful}, and I
  {wouldnt} it myself.
""",
}


def read_frames(material):
    """The frames of one subject as [kind, text]; kind is one of + - =."""
    frames = []
    for line in material.strip().splitlines():
        if line[0] in "+-=":
            frames.append([line[0], line[2:]])
        else:
            frames[-1][1] += " " + line.strip()
    return frames


def sentences(text):
    return re.split(r"(?<=[.!?]) ", text)


def check(frames):
    """Stop if a sentence stands in two frames, if a frame is too long, or if a mark or slot is wrong."""
    owner = {}
    for name, (kind, text) in frames.items():
        for sentence in sentences(text):
            other = owner.setdefault(sentence, name)
            if other != name:
                raise SystemExit(f"{name} and {other} share a sentence: {sentence}")
        if len(sentences(text)) > 3:
            raise SystemExit(f"{name}: more than three sentences: {text}")
        if (kind == "=") != ("[" in text) or any(text.count(a) != text.count(b) for a, b in ("[]", "<>", "{}")):
            raise SystemExit(f"{name}: marks do not match: {text}")
        unknown = set(re.findall(r"\{([a-z]+)\d?\}", text)) - set(WORDS)
        if unknown:
            raise SystemExit(f"{name}: unknown slots {unknown}")


def polish(text):
    """Articles, twice and capitals, once the words are in."""
    text = re.sub(r"\b([Aa])n? (?=[aeiou])(?!one|use|uni)", r"\1n ", text)
    text = re.sub(r"\b([Aa])n (?![aeiou]|hour|honest)", r"\1 ", text)
    text = re.sub(r"\btwo times\b", "twice", text)
    return re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def fill(text, positive, rng):
    """One review from a frame."""
    text = re.sub(r"<([^<>]*)>", lambda m: rng.choice(m[1].split("|")), text)
    text = re.sub(r"\[([^\[\]]*)\]", lambda m: m[1].split("|")[0 if positive else 1], text)
    drawn = {}
    for slot, kind in re.findall(r"\{(([a-z]+)\d?)\}", text):
        drawn.setdefault(slot, rng.choice([word for word in WORDS[kind].split("|") if word not in drawn.values()]))
    return polish(re.sub(r"\{([a-z]+\d?)\}", lambda m: drawn[m[1]], text))


def make_rows(seed=SEED):
    """All reviews as (text, label, frame), shuffled; frames with fewer than ROWS wordings give what they have."""
    frames = {}
    for subject, material in FRAMES.items():
        for number, frame in enumerate(read_frames(material), 1):
            frames[f"{subject}-{number:03d}"] = frame
    check(frames)
    rows, seen = [], set()
    for name, (kind, text) in frames.items():
        rng = random.Random(f"{seed} {name}")
        labels = {"+": ["positive"], "-": ["negative"], "=": ["positive", "negative"]}[kind]
        for label in itertools.islice(itertools.cycle(labels), ROWS):
            for _ in range(50):
                review = fill(text, label == "positive", rng)
                if review not in seen:
                    seen.add(review)
                    rows.append((review, label, name))
                    break
    random.Random(seed).shuffle(rows)
    return rows


def main():
    parser = argparse.ArgumentParser(description="write the sample reviews of the text-classification task")
    parser.add_argument("path", type=Path, help="the table to write, reviews.tsv")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    rows = make_rows(args.seed)
    args.path.parent.mkdir(parents=True, exist_ok=True)
    table = "".join("\t".join(row) + "\n" for row in [("text", "label", "group"), *rows])
    args.path.write_text(table, encoding="utf-8", newline="\n")
    positive = sum(label == "positive" for _, label, _ in rows)
    frames = len({frame for _, _, frame in rows})
    print(f"{args.path}: {len(rows)} reviews, {positive} positive, {len(rows) - positive} negative, {frames} frames")


if __name__ == "__main__":
    main()
