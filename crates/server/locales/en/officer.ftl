# Search.
search-title = Find a person
search-hint = Fill in what you know. Names may be in any order and slightly wrong. Everyone who is shown to you will see that you searched.
search-first-purpose = Say first why you look: purpose, case and reason.
search-nothing-asked = Fill in one field at least.
search-name = Name
search-name-hint = First and last name, in any order
search-birth-date = Birth date
search-birth-date-hint = Such as 1984-03-12 or 12.3.1984; 1984-03 or 1984 where you know no more
search-birth-date-unread = The birth date can’t be read. Write day, month and year, such as 12.3.1984; month and year, such as 3.1984; or the year with four digits.
search-no-such-day = There is no such day. Correct it, or give the month and the year alone, such as 3.1984.
search-identifier = Number
search-identifier-hint = National, tax or passport number
search-address = Address
search-address-hint = Number, street, town or postcode
search-contact = Telephone or e-mail
search-do = Search
search-compared = This purpose lets you compare: { $parts }.
search-off = This purpose doesn’t let you search by this.
search-alone = This is compared as a whole, and by itself: beside other fields it is not used. Each search by it counts as a person of the day, whether somebody is found or not.
search-nothing-compared = Nobody was searched for: this purpose doesn’t let you compare what you filled in. Fill in one of the other fields.
search-birth-wide = Nobody was searched for: many are born in one month or year. Fill in another field too, or the whole birth date.
search-kept = This is what you searched for last. Nobody is shown until you search again, which is a new entry in the log.
search-not-kept = The search before is not kept any more: fill in again whom you look for.

# Results.
results-title = Persons found
results-count = { $count ->
    [0] Nobody was found
    [one] One person was found
   *[other] { $n } persons were found
 }
results-best = { $count ->
    [one] The best match is shown; there are more
   *[other] The best { $n } matches are shown; there are more
 }
results-nobody-else = Nobody else was found there
results-nobody-else-what = The one person who was found is the one whose dossier you came from.
results-logged-nobody = This search is entry { $entry } of the log.
results-logged = This search is entry { $entry } of the log. Each person shown here can see it.
results-not-used = Not used, because the purpose doesn’t let you compare it, or not beside other fields: { $parts }.
results-none = Nobody in the registers within reach of this purpose is like this. Try fewer fields, or another spelling.
results-none-whole = Nobody in the registers within reach of this purpose has exactly this. It was compared as a whole, so that one wrong digit or letter finds nobody: check it, or search by name and birth date.
results-caption = Persons found, the best first
results-person = Person
results-details = To tell them apart
results-why = Why found
results-registers = Has records in
results-nameless = Name withheld
results-nothing-more = Nothing more under this purpose.
results-more = Add what you know to narrow the search.
results-again = Search again
matched-same = { $part }: the same
matched-similar = { $part }: similar
results-employer = Who works at:
matched-last-name = Last name: the same
matched-part-name = Part of the name: the same
matched-part-birth-date = Birth date: the same as far as you gave it

# The dossier.
person-title = Person
person-nameless = One person
person-also = Also:
person-name-differs = records differ on the name
person-name-most = The name stands here as most records write it.
person-name-where = Who says what
person-name-written = How the others write it
person-logged = Assembled on { $when }; entry { $entry } of the log.
person-kept-nowhere = It is kept nowhere.
person-pseudonym = Your agency knows this person as
person-empty = The registers within reach of this purpose hold nothing about this person.
person-search-again = Find another person
person-back = Back to the results
person-back-what = Searches once more: a new entry in the log, which everyone who is shown can see.
person-registers = { $count ->
    [one] register
   *[other] registers
 }
person-records = { $count ->
    [one] record
   *[other] records
 }
person-given = { $count ->
    [one] value given
   *[other] values given
 }
person-masked = { $count ->
    [one] value reduced
   *[other] values reduced
 }
person-withheld = { $count ->
    [one] column withheld
   *[other] columns withheld
 }
person-weakest = least certain link
answers-title = What this purpose asks, and the answers
answers-answer = Answer
identity-title = Who this is, as the registers have it
identity-title-own = Who you are, as the registers have it
identity-caption = Registers that disagree are shown side by side; none is preferred. With what differs is the last day that the record itself tells, or else the day on which it was read in. Beyond name, birth and numbers, only what differs is here, and what is given in part and agrees so far.
identity-what = What
identity-value = Value
identity-registers = Registers
identity-differs = registers differ
identity-records-differ = records differ
identity-agrees-given = agree as far as given
identity-differs-given = differ in what is given
identity-dated = { $what }: { $when }
identity-read-in = read in on { $when }
identity-held = { $register } ({ $when })
identity-more = { $count ->
    [one] One more value, in the records below
   *[other] { $n } more values, in the records below
 }
sections-label = Registers of this page
section-bought = Bought: { $seller }
record-of = Record { $number } of { $total }
record-what = What
record-value = Value
record-class = Class
special-short = special category
special-category = special category: { $category }
source-row = Source
source-row-number = record { $number } of the file, counted from 1
source-line = { $file }, line { $number }
source-fresh = Read in
source-run = Run
link-title = The link
link-alone-short = Source; no link within reach
link-alone = No record within reach of this purpose links it to the person. It may stand alone, or be linked by a record that this purpose does not reach.
link-alone-own = No record that this page shows links it to you. It may stand alone, or be linked by one that is not shown here.
link-reached-short = Source; others are linked to it
link-reached = Other records here are linked to this one.
link-reached-own = Other records about you are linked to this one.
link-sure = Source; link { $percent } sure
link-says = { $percent } sure that the record is of this person (match weight { $weight }).
link-says-own = { $percent } sure that the record is about you.
link-via = It agrees most with a record of: { $register }.
link-judged = A data steward judged that it and that record are of one person: that is why they are together, whatever the percentage says.
link-judged-short = Source; link judged by a steward
weights-caption = How each comparison counts, in bits: positive for one person, negative against. Each bar begins where the one before ended, and the last is all of it. Only what you may see of both records.
weights-plain = What was compared, and how much it speaks for this record being yours. The last line is all of it together. Only what you may see of both records is here.
weights-strength = What that says
weights-experts = A number above zero speaks for it, one below zero against it, and a larger one more strongly: 1 doubles the odds. Each bar begins where the one before ended; the last line is all of it together.
experts-weights = For experts: the numbers behind it
comparison-swapped = Order of { $columns }
weights-field = Compared
weights-says = What was found
weights-weight = Weight
weights-sum = Sum so far
weights-picture = Weight as a bar, from the sum before it to the sum after it
withheld-count = { $count ->
    [one] One column is withheld: why, and how to ask
   *[other] { $n } columns are withheld: why, and how to ask
 }
reduced-count = { $count ->
    [one] One column is reduced: why, and how to ask
   *[other] { $n } columns are reduced: why, and how to ask
 }
reduced-caption = Reduced columns
reduced-why = Why it is reduced
reduced-says = Of the class “{ $class }”, the purpose “{ $purpose }” gives this: { $how }.
reduced-says-own = This page gives this of it: { $how }.
reduced-needed = A purpose that gives the class “{ $class }” as values.
withheld-caption = Withheld columns
withheld-why = Why it is withheld
withheld-needed = What would be needed
ask-contact = { $agency } ({ $contact })
ask-purpose = “{ $says }” ({ $purpose })
ask-holder = To ask for more, write to: { $contacts }. Quote the purpose { $purpose } and the rule beside the column.
ask-own-above = Which purpose or agreement your task needs, your data protection officer can say, who can be reached through your own agency, at its address above.
ask-oneself = To ask for more of what is held about you, write to: { $contact }.
ask-own = Which purpose or agreement your task needs, your data protection officer can say, who can be reached through your own agency: { $contact }.
one-in = 1 in { $many }
many-millions = { $n } million
many-billions = { $n } billion
step-against = What the other records of both persons say against it, where this pair lacks a value.
step-against-name = Other records
step-one-record = A register that has one record for each person would have several of this one.
step-one-record-name = One record for each person
step-beyond = What is known of both persons beyond this pair.
step-beyond-name = Beyond this pair
step-exchanged = It is found in the place of another name, which is counted there.
step-household = People of one household share names and addresses, so that these count for less.
plain-household = People of one household share names and addresses. That much of what agrees says little here, and is taken off again: it is no sign against you.
step-household-name = One household
step-prior = Before anything is compared: two records taken at random are hardly ever of one person.
step-prior-name = To begin with
step-rest-name = Other fields
step-rest = What is compared of fields that this purpose does not give of both records. Only their sum is told.
plain-rest = What is compared of fields that this page does not show of both records. Only all of it together is told.
step-judged = A data steward judged them to be one person: that decides, and not this sum.
step-whole-name = All together
step-whole = { $percent } sure that both are of one person.
plain-whole = { $percent } sure that the record is about you.
plain-in-order = Both have these names in the same order.
plain-rare = Few people have this value.
plain-frequent = Many people have this value.
strength-none = hardly anything
strength-little-for = speaks weakly for it
strength-little-against = speaks weakly against it
strength-for = speaks for it
strength-against = speaks against it
strength-much-for = speaks strongly for it
strength-much-against = speaks strongly against it
step-missing = Missing on one side: it says nothing.
step-found = { $level } So are { $m } of pairs of one person, and { $u } of pairs of unrelated people.
step-rare = The value is rarer than most: { $share } of records hold it.
step-frequent = The value is more frequent than most: { $share } of records hold it.
step-within = { $count ->
    [one] one letter apart
   *[other] { $n } letters apart
}
level-day-and-month-exchanged = day and month exchanged
level-different = different
level-equal = equal
level-exchanged = exchanged
level-familiar-form = one is a familiar form of the other
level-in-order = in order
level-initial = one is the initial of the other
level-near = nearly the same
level-near-but-both-valid = near, and both pass the check digit
level-nearly-equal = nearly equal
level-nearly-exchanged = nearly exchanged
level-number-and-street = same number and street
level-one-slip = one slip
level-one-slip-in-what-is-there = one slip in what both have
level-same-day-of-year = same day and month, another year
level-same-name--other-host = same name at another provider
level-same-place = same place
level-same-street = same street
level-same-year--no-month = same year; one has no more
level-same-year-and-month--no-day = same year and month; one has no day
level-same-year-and-month-or-day = same year, and month or day
level-shared-part = one part in common
level-similar-0-7 = a little alike
level-similar-0-88 = alike
level-similar-0-92 = very much alike
level-two-slips = two slips
level-year-within-one = years one apart
picture-no-island = This build was made without Node: the picture stands still.
timeline-title = Over time
timeline-picture = Dates of the records, a line for each register
timeline-table = The dates as a table
timeline-when = When
timeline-what = What
timeline-where = Register
timeline-nearer = Closer
timeline-farther = Wider
timeline-earlier = Earlier
timeline-later = Later
timeline-all = All years
timeline-keys = On a date, the arrow keys lead to the others.
map-title = Where the addresses are
map-picture = Map of the districts; those with an address are coloured and numbered as in the table
map-caption = The districts in which the addresses are
map-caption-only = The districts in which the addresses are: of these, this purpose gives no more
map-caption-own = The districts alone
map-number = Number on the map
map-district = District
map-missing = The map can’t be drawn; the districts are told with the records below. The operator finds why in the server’s log.
relations-title = What hangs together
relations-what = The person, their records, and the addresses and employers that these give.
relations-what-own = You, your records, and the addresses and employers that these give.
relations-picture = The person in the middle, their records around, and what these name
relations-legend = Large dot: a person. Small dot: a record, with a ring where it stands for several. Square: an address or an employer, or those who were found there.
relations-table = As a table: each record and what it names
relations-record = Record
relations-no-link = no link within reach
relations-reached = others are linked to it
relations-names = What it names, and which others do
relations-also = also { $records }
relations-caption = Addresses and employers
relations-place = Address or employer
relations-kind = Kind
relations-next = Who else is there
relations-search = Search this address
relations-search-employer = Search this employer
relations-search-what = Whoever else is at an address or an employer is another person: to see them is a search under your purpose, with an entry of its own in the log, which they see.
relations-employer-closed = Does not open: a list of all who work there
relations-employer-why = An employer does not open. Everyone who works there would be a list of people whom your case is not about, and your purpose gives none. Who is a colleague is found, where a case needs it, by a search for that person.
relations-employer-opens = { $count ->
    [one] An employer opens where one person at most works there. Where more do, nobody is shown, and the refusal is in the log.
   *[other] An employer opens where { $n } people at most work there. Where more do, nobody is shown, and the refusal is in the log.
 }
relations-address-closed = Does not open: no whole address is given to search by
relations-household = Who else is here? Each one shown sees it
relations-colleagues = Who else works here? Each one shown sees it
relations-records = { $register } ({ $n })
relations-least = from { $percent }
relations-more = { $count ->
    [one] one more, in the table
   *[other] { $n } more, in the table
 }
relations-all = Back to all
relations-before = Records before
relations-after = Records after
relations-part = Records { $first } to { $last } of { $all }
relations-person = The person
relations-unreached = The server could not be reached, so this picture can’t be moved.
household-who = Who else is at
household-count = { $count ->
    [0] Nobody else was found at this address
    [one] One other person was found at this address
   *[other] { $n } other persons were found at this address
 }
household-count-more = { $count ->
    [one] At least one other person was found at this address
   *[other] At least { $n } other persons were found at this address
 }
household-not-looked-for = Nobody was looked for at this address
household-node = { $count ->
    [0] Nobody else
   *[other] Household ({ $n })
 }
household-node-more = Household (at least { $n })
household-node-not-looked-for = Not looked for
household-with = The person of this dossier was found too, and is not listed again.
household-alike = { $count ->
    [one] One person at a similar address
   *[other] { $n } persons at similar addresses
 }
household-alike-what = A similar address may be the house next door, or the same one written differently. Those who are listed here were shown to you as well.
household-more = There are more at similar addresses than one search shows. Add what you know to narrow the search.
household-more-here = One search shows no more than these, and there may be others at this address. Add what you know to narrow the search.
household-search = Open the search with this address
household-close = Put the household away
household-unreached = No answer came. If the question reached the server, the search is in the log.
colleagues-who = Who else works at
colleagues-count = { $count ->
    [0] Nobody else was found who works there
    [one] One other person was found who works there
   *[other] { $n } other persons were found who work there
 }
colleagues-node = { $count ->
    [0] Nobody else
   *[other] Colleagues ({ $n })
 }
colleagues-not-looked-for = Nobody was looked for at this employer
colleagues-close = Put the colleagues away
thing-record = Record:
thing-records = Records:
thing-others = Addresses and employers:
thing-address = Address
thing-employer = Employer
earlier-title = Who looked before
earlier-none = Nobody of your agency yet.
earlier-what = The last times your own agency opened this person. What other agencies opened, the person alone is told.
