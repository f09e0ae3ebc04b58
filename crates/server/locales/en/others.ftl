# The log.
log-title = The log
log-size = { $count ->
    [0] The log has no entries yet.
    [one] One entry. It holds no personal data.
   *[other] { $n } entries, numbered from 0, the latest first. They hold no personal data.
 }
log-matching = { $found } of { $all } entries, the latest first.
log-filters = Filter the log
log-from = First day (UTC)
log-until = Last day (UTC)
log-role = Role
log-rule = Refused because
log-kind = Kind
log-purpose = Purpose
log-agency = Agency
log-all = All
log-any = All
log-any-rule = Any
log-filter = Filter
log-unfilter = Show all
log-empty = No entry is like this.
log-empty-before = No earlier entry is like this.
log-entry = Entry
recipient = { $agency }: { $role }
log-at = When
log-by = Who
log-subjects = Persons
log-about = About
log-newest = Newest entries
log-older = Earlier entries
verify-what = Every entry, every hash and the signature are recomputed.
verify-more = Compare with a checkpoint, or save one
verify-saved = A checkpoint you saved (optional)
verify-saved-hint = With it the verification also proves that the log only grew since. Paste the whole text, with its signature.
verify-kept = This browser kept the checkpoint of the last verification that succeeded: the log is compared with it.
verify-alone = Verify the log alone
verify-do = Verify the whole log
checkpoint-title = Signed checkpoint
checkpoint-what = It fixes every entry up to now. Save it outside this server: nobody can then change the past unnoticed.
checkpoint-file = Save as a file
checkpoint-copy = Copy
checkpoint-copied = Copied
checkpoint-kept = This browser keeps this checkpoint, and compares the next verification with it. That is no copy of yours: save one elsewhere too.
verified-title = Verification of the log
verified-holds = The log holds
verified-broken = The log does not hold
verified-entries = { $count ->
    [one] One entry was recomputed, and the root is what the signed checkpoint says.
   *[other] { $n } entries were recomputed, and the root is what the signed checkpoint says.
 }
verified-grew = Since the checkpoint that you saved it only grew.
verified-not-compared = It was not compared with an earlier checkpoint. Save the one below to do so next time.
verified-do-not-trust = What is recomputed differs from what was signed. Keep a copy of the data folder and tell the operator.
verified-took = Took
verified-root = Root
verified-back = Back to the log
entry-title = Entry { $entry }
entry-kind-asked = { $kind }: { $asked }
entry-registers = Registers within reach
entry-refused-by = Refused by
entry-rows = Rows taken in
entry-quarantined = Rows in quarantine
entry-tables = Tables read
entry-classes = How each class was disclosed
entry-proof = Proof that it is in the log
entry-proof-what = Hash the bytes below with the prefix 0x00 (RFC 6962), then with the hashes on the way to the root: the result is the root in the checkpoint.
entry-leaf = Hash of the entry
entry-commitment = Commitment to the detail
entry-path = Hashes on the way
entry-path-empty = none: the log has one entry
entry-bytes = The entry, byte for byte
entry-back = Back to the list

# Charts.
chart-says = { $title } by day: at most { $most }, on { $day }. The table below has every day.
chart-says-none = { $title } by day: none.
chart-day = { $day }: { $n }
chart-total = { $n } in { $days } days
chart-caption = Each row has its own scale. Days are those of UTC; today is not over yet.
chart-table = The same as a table
chart-bar = As a bar
chart-rest = { $count ->
    [one] One more is left out, less frequent than these.
   *[other] { $n } more are left out, less frequent than these.
 }

# The data protection officer’s overview.
desk-title = Overview
desk-what = How the registers are used, what was refused, and which rules end soon. All but the most active officers is counted from the log, which holds no personal data. Officers are counted apart from it, without names; to have the most active named takes a reason, and is written to the log.
desk-soon = { $count ->
    [one] One agreement or purpose ends soon. After its last day it allows nothing any more.
   *[other] { $n } agreements and purposes end soon. After its last day none of them allows anything any more.
 }
desk-quality = How good the linkage is
desk-soon-show = Show them
desk-days-title = The last 30 days
desk-days-what = Looks are persons opened, uncertain links shown and own records read. Runs and judgements are in the log, not in this chart.
desk-day = Day
desk-looks = Looks
desk-searches = Searches
desk-refusals = Refusals
desk-looks-and-searches = Looks and searches
desk-refusals-title = Refusals
desk-refused-so-far = { $count ->
    [0] Nothing was refused so far.
    [one] One request was refused so far.
   *[other] { $n } requests were refused so far.
 }
desk-refusals-show = Read them in the log
desk-rules-caption = The rules that refused most, over the whole log. One refusal may name several.
desk-purposes-title = Most used purposes
desk-purposes-caption = Over the whole log, the most used first
desk-no-purpose = No purpose that exists
desk-no-use = Nobody has asked for anything yet.
desk-roles-title = Most active roles
desk-roles-caption = Over the whole log, the most active first
desk-roles-what = The log names agencies and roles, never officers: who was behind an entry is in its detail, which is encrypted, kept apart and can be erased.
desk-officers-title = Most active officers
desk-officers-what = Looks, searches and refusals, account by account: of officers and of whoever else works for an agency, never of citizens. Neither the log nor these numbers name an account; for the names, the sealed detail of one look of each account shown here is opened. Without names, an agency is told only where at least two of the accounts shown here are of it.
desk-officers-no-rating = The numbers say how much was asked, not how well or how rightly: they are no rating of people.
desk-officers-caption = In the last 30 days, the most active first
desk-officers-who = Officer
desk-officers-reason = Why you need the names
desk-officers-reason-hint = In 10 to 2,000 characters. It is kept with the entry, sealed.
desk-officers-name = Name them: this is an entry of the log
desk-officers-logged = Naming them is itself entry { $entry } of the log.
desk-officers-none = No officer has asked for anything in the last 30 days.
desk-officers-none-since = No officer has asked for anything since { $day }.
desk-officers-since = Officers are counted since { $day }: what they asked for before is in the log, and not in these numbers.
desk-officers-failed = Nobody is named now: the numbers could not be read, or it could not be written to the log that they were. The rest of this page is not touched by that.
desk-officers-unread = Not every name could be read. That they were to be named is in the log all the same.
desk-officers-others = { $count ->
    [one] One other officer
   *[other] { $n } other officers together
 }
desk-officer = { $account } ({ $by })
desk-officer-rank = Officer { $n }
desk-officer-rank-of = Officer { $n }, { $agency }
desk-officer-unknown = An account that is no longer known
desk-officer-unread = An account without a name now
desk-terms-title = Agreements and purposes
desk-ends-within = { $count ->
    [one] Ends by tomorrow
   *[other] Ends within { $n } days
 }
desk-nothing-ends = Nothing does.
desk-lasting = { $count ->
    [one] One more is in force for longer
   *[other] { $n } are in force for longer
 }
desk-idle = Not in force
desk-term = What for
desk-standing = Today
desk-from = First day
desk-until = Last day
desk-by-agreement = with its agreement
desk-ends-today = ends today
desk-ends-in = { $count ->
    [one] ends tomorrow
   *[other] ends in { $n } days
 }
desk-unreached = { $count ->
    [one] Nobody can judge one contested link.
   *[other] Nobody can judge { $n } contested links.
 }
desk-unreached-show = See which registers are concerned
desk-unreached-title = Contested, and nobody can judge it
desk-unreached-what = People contest that these records are theirs, and no purpose of link review that is in force reaches both registers. The records are held as they are until a purpose and its agreement cover them.
desk-unreached-count = Contested links
desk-unreached-since = The oldest since
desk-fixed-title = Last checkpoint
desk-fixed-size = Entries that it fixes
desk-fixed-at = The last of them is of
desk-fixed-none = It fixes none yet.
desk-size = Entries in the log now

# The citizen.
looks-title = Who looked at me
looks-what = Every search that showed you, every time your records were opened, and every time that was refused. The list is complete, and you can check that.
looks-logged = Reading this list is itself entry { $entry } of the log. Only you see it here.
looks-utc = Times are in UTC, which is the same everywhere. Beside each stands the time where you are, if your browser runs scripts and it differs.
looks-none = Nobody looked at you yet.
looks-none-else = Nobody else has looked at you yet.
look-look = { $agency }: your records were opened
look-search = { $agency }: you were among those shown in a search
look-search-alone = { $agency }: you were shown as the only result of a search
look-review = { $agency }: two records that may both be yours were compared
look-judgement = { $agency }: it was decided whether two records are both yours
look-own = { $agency }: your records were read in your name
look-job = { $agency }: a job ran over your records
look-ingest = { $agency }: your records were read in
look-contest = { $agency }: a record was contested in your name
look-oversight = { $agency }: it was read who asks most
look-refused-look = { $agency }: asked to open your records, and was refused
look-refused-search = { $agency }: asked to search for you, and was refused
look-refused-review = { $agency }: asked to compare your records, and was refused
look-refused-judgement = { $agency }: asked to decide about your records, and was refused
look-refused-own = { $agency }: asked to read in your name, and was refused
look-refused-job = { $agency }: asked to run a job over your records, and was refused
look-refused-ingest = { $agency }: asked to read in your records, and was refused
look-refused-contest = { $agency }: asked to contest a record in your name, and was refused
look-refused-oversight = { $agency }: asked to read who asks most, and was refused
look-yourself = { $count ->
    [one] You read about yourself
   *[other] You read about yourself { $n } times
 }
look-times = { $count ->
    [one] Once on this day
   *[other] { $n } times on this day
 }
look-others = { $count ->
    [one] One more of them, with its receipt
   *[other] { $n } more of them, each with its receipt
 }
look-receipts = Receipts
look-purpose = “{ $says }”
look-role = By
look-law = Law
look-why = Reason given
look-done = What was done
done-pair = Two records of an uncertain link were compared
done-progress = How far the review of links is was looked at
done-withdrawal = A judgement was looked up, to be taken back
done-taken-back = A judgement was taken back: entry { $entry } of the log
look-case = Case
look-case-named = A case was named; its number stays with the agency.
look-refused = Why it was refused
look-refused-policy = A rule of this project that is named “{ $policy }” does not allow it.
look-registers = Registers
look-fields = Which kinds of data, and how much of them
look-fields-rest = Everything else stayed hidden.
look-found = What of you the list of results could show
look-found-rest = At most this was shown of you, in one row of a list. Whoever searched could then have opened your records: that would be an entry of its own in this list.
look-entry-names-more = The entry of the log names every kind of data that the purpose gives, as entries of searches did then. Of these, at most what a row of results has was shown of you.
look-columns = Which columns of the registers these are
look-columns-what = As the registers are today.
look-receipt = Receipt: entry { $entry } of the log
receipt-what = The log holds this entry for ever, and nobody can change unnoticed what it says of this look. You can check that here, or have somebody check it.
receipt-experts = The texts below are what the entry commits to; those that concern others stay closed. Together with their salts they hash to the commitment in the entry.
experts-check = For experts: how to check this yourself
receipt-proof = Proof that the entry is in the log
receipt-closed = Concerns others
receipt-check = Check it in this browser
receipt-good = Recomputed here: the texts are what the log committed to.
receipt-bad = Recomputed here: the texts are NOT what the log committed to. Keep this page and tell the data protection officer.
receipt-no-island = This build was made without Node: the receipt can’t be checked on this page.
part-of-entry-terms = Purpose at the time
part-of-entry-justification = Reason given
part-of-entry-subject = You
part-of-entry-officer = Account
part-of-entry-case = Case
part-of-entry-more = More
keys-title = Check that the list is complete
keys-what = With your key anyone whom you trust can read the public log and find every entry about you. Whoever has the key can do so too: do not publish it.
keys-show = Show my keys
records-title = What is held about me
records-what = Every record in the registers that was linked to you, as your right of access gives it, with its source and how sure the link is.
records-name = Your name, as most of these records write it:
records-empty = The registers hold nothing about you.
record-contested = Contested
record-contested-since = The person says that this record is not about them, since { $when }. Nobody has judged it yet.
record-contested-since-own = You say that this record is not about you, since { $when }. Nobody has judged it yet.
record-judged = Judged
record-judged-different = Judged on { $when } not to be about this person; it leaves with the next linking run.
record-judged-different-own = Judged on { $when } not to be about you; it leaves with the next linking run. Until then it stays with your records, and whoever opens them reads that it was judged so.
record-judged-same = The person contested it. Judged on { $when } to be about them; from the next linking run on it is held to be theirs again.
record-judged-same-own = You contested it. Judged on { $when } to be about you; from the next linking run on it is held to be yours again.
record-judged-cannot-say = It was contested. Judged on { $when } that it can’t be told; from the next linking run on the score decides.
contest-begin = This is not about me
contest-title = This is not about me
contest-what = You can contest that this record is about you. It is then for a data steward to judge.
contest-would-wait = Nobody can judge this record today. You can contest it all the same: it is marked as contested and held as it is, and it waits until somebody can.
contest-why = Why it is held to be yours
contest-does = What it does to contest it
contest-does-frozen = The record stays where it is, and no further record comes to you because of it.
contest-does-steward = A data steward compares it with the record that ties it to you, and reads your reason, not who you are.
contest-does-wait = No steward can see both this record and the one that ties it to you, so nobody compares them until a purpose and its agreement allow it. The data protection officer is told that this waits.
contest-does-officers = Who opens your records sees that it is contested and since when, not why.
contest-does-back = You can take it back as long as nobody has judged it.
contest-reason = Reason
contest-reason-hint = Why it can’t be about you, in 10 to 2,000 characters.
contest-reason-wrong = Give a reason of 10 to 2,000 characters.
contest-do = Contest this record
contest-not = Leave it as it is
contest-written = The record of the register “{ $register }” is contested; entry { $entry } of the log. A steward will judge it.
contest-written-unreached = The record of the register “{ $register }” is contested; entry { $entry } of the log. But nobody can judge it today: no purpose in force lets a steward see both records. The data protection officer is told, and the record is held as it is meanwhile.
contest-unreached-short = nobody can judge it today
contest-unreached = No purpose in force lets a steward see both this record and the one that ties it to you. The data protection officer is told. Meanwhile the record is held as it is.
contest-withdrawn = You took back that you contest the record of the register “{ $register }”; entry { $entry } of the log. All is as before.
contest-show = Show the record
contest-there-title = You contest this record
contest-there = You contest this record of the register “{ $register }” since { $when }.
contest-there-waits = You contest this record of the register “{ $register }” since { $when }. It waits for a steward.
contest-pending-different = It leaves with the next linking run.
contest-pending-same = From the next linking run on it is held to be yours again.
contest-pending-cannot-say = From the next linking run on the score decides.
contest-ended = { $standing } ({ $when }, entry { $entry } of the log)
contest-standing-open = waits for a steward
contest-standing-same = judged: it is about you
contest-standing-different = judged: it is not about you
contest-standing-cannot-say = judged: it can’t be told; the score decides
contest-standing-withdrawn = taken back by you
contest-judgement-taken-back = judged ({ $when }, entry { $entry } of the log); the judgement was taken back since
contests-title = What you contest
contests-register = Register
contests-since = Since
contests-standing = State
contests-entry = entry { $entry } of the log

# The steward.
queue-title = Uncertain links
queue-what = Pairs of records that may or may not be of one person. You see both, say what they are, and give a reason. Your judgement wins over the score.
queue-open = { $count ->
    [one] pair waits
   *[other] pairs wait
 }
queue-contested = { $count ->
    [one] of them is contested by the person
   *[other] of them are contested by the person
 }
queue-judged = { $count ->
    [one] was judged
   *[other] were judged
 }
queue-kept-apart = { $count ->
    [one] is of persons kept apart although the two agree enough
   *[other] are of persons kept apart although the two agree enough
 }
queue-weak-links = { $count ->
    [one] alone holds a person together
   *[other] alone hold a person together
 }
queue-order = First come those of which one decision buys most: the chance that it changes something, times the records that move.
queue-begin = Begin
queue-empty = Nothing waits.
queue-when = Judgements count from the next run of linking on.
queue-sample-title = Quality sample
queue-sample-what = Pairs drawn at random from all, easy ones too. What is said of them tells how often the linkage is right, which the uncertain ones can’t. Judge them in the order in which they come: only then do they count.
queue-sample-open = { $count ->
    [one] One of them waits for you.
   *[other] { $n } of them wait for you.
 }
queue-sample-judged = { $count ->
    [one] One was judged.
   *[other] { $n } were judged.
 }
queue-sample-begin = Go through the sample
queue-decided = Your judgement was written; entry { $entry } of the log.
pair-title = Are these one person?
pair-place = Waiting for you: { $open }; judged: { $judged }. Showing this pair is entry { $entry } of the log.
pair-place-contested = A contested link, which comes before others. Waiting for you in all: { $open }. Showing it is entry { $entry } of the log.
pair-place-sample = A pair of the quality sample. Those of it that wait for you: { $open }. Showing it is entry { $entry } of the log.
pair-sampled = This pair was drawn at random to measure how good the linkage is.
pair-contested = The person to whom the record marked as contested (register “{ $register }”) was linked says that it is not about them, since { $when }. Their reason:
pair-caption = The linkage is { $percent } sure that they are (match weight { $weight }). Differences are marked, those of case or accents with a dotted line.
pair-caption-apart = By itself the linkage would be { $percent } sure that they are (match weight { $weight }); with all that is known of both persons it is { $all } sure (match weight { $merged }). Differences are marked, those of case or accents with a dotted line.
pair-caption-given = By what you may see of both, it is { $percent } sure that they are (match weight { $weight }). Differences are marked, those of case or accents with a dotted line.
pair-together = The linkage puts them together: the two agree enough by themselves.
pair-together-others = The linkage puts them together, though the two alone do not agree enough: other records of the person, or a judgement, hold them together.
pair-apart = The linkage keeps them apart: the two do not agree enough.
pair-apart-others = The linkage keeps them apart, though the two alone agree enough: other records of their persons, or a judgement, speak against it.
pair-apart-others-fit = The linkage keeps them apart, though the two alone agree enough: another person fits the record about as well, and a register that is only attached settles no such doubt.
pair-apart-records = The linkage keeps them apart, though the two alone agree enough: what the other records of both persons say against it weighs more.
pair-apart-one-record = The linkage keeps them apart, though the two alone agree enough: a register that has one record for each person would have several of this one, and with what other records say against it, that weighs more.
pair-apart-beyond = The linkage keeps them apart, though the two alone agree enough: what is known of both persons beyond this pair weighs more.
pair-together-untold = The linkage puts them together. What holds them together is not in what you may see of both.
pair-apart-untold = The linkage keeps them apart. What keeps them apart is not in what you may see of both.
pair-together-judged = They are together since a steward judged that they are of one person.
pair-apart-judged = They are apart since a steward judged that they are of different persons.
pair-together-given = The linkage puts them together: by what you may see of both, they agree enough.
pair-apart-given = The linkage keeps them apart: by what you may see of both, they do not agree enough.
pair-waits-kept-apart = It waits since these two persons are kept apart against what the two records say.
pair-waits-others-fit = It waits since another person fits the record about as well: which of them it is of, if of any, is for you to say.
pair-waits-weak-link = It waits since this link alone holds a person together: if it is wrong, they are two.
pair-waits-shared-identifier = It waits since these two persons have the same identifier: either they are one, or one of them has that of the other.
pair-alike = the same
pair-written = written differently
pair-differs = different
judge-title = Your judgement
judge-verdict = These two records are of
judge-go = Judge
judge-keys = Keys: Alt with 1, 2 or 3; in Firefox Alt and Shift with them, on a Mac Control and Option.
judge-verdict-missing = Choose one of the three.
judge-same = the same person
judge-different = different persons
judge-cannot-say = I cannot say
judge-reason = Reason
judge-reason-hint = What decided it. It stays with the judgement.
judge-reason-missing = Give a reason: without one nobody can review the judgement.
judge-do = Write judgement
judge-skip = Next pair, without judging

# The catalogue.
registers-title = Registers
registers-what = { $count ->
    [one] One register, kept by its own agency. Lucarne merges nothing.
   *[other] { $n } registers, each kept by its own agency. They are never merged.
 }
register-name = Register
register-agency = Agency
register-contact = Write to
register-use = Use of all purposes that reach it
register-rows = Rows
register-quarantined = In quarantine
register-fresh = Read in
register-never = never read in
register-bought = bought
register-columns = What it holds
register-column = Column
register-codes = { $count ->
    [one] one code
   *[other] { $n } codes
 }
register-purposes = Purposes that reach it
register-agreements = Agreements that cover it
purposes-title = Purposes
purposes-what = { $count ->
    [one] One reason for which data may be read.
   *[other] { $n } reasons for which data may be read. There is no other.
 }
purpose-recipients = Who may use it
purpose-subject = About
purpose-agreement = Agreement
purpose-registers = Registers
purpose-needs = Asks for
purpose-budget = Limit
purpose-budget-says = { $count ->
    [one] one person a day for each officer
   *[other] { $n } persons a day for each officer
 }
purpose-colleagues = Employers
purpose-colleagues-says = { $count ->
    [one] open where one person at most works there
   *[other] open where { $n } people at most work there; where more do, nobody is shown
 }
purpose-use = Used so far
purpose-looks = { $count ->
    [one] one look
   *[other] { $n } looks
 }
purpose-refusals = { $count ->
    [one] one refusal
   *[other] { $n } refusals
 }
needs-case = a case
needs-justification = a reason
valid-between = { $from } to { $until }
agreements-title = Agreements
agreements-what = { $count ->
    [one] One agreement on which registers may be linked or disclosed together.
   *[other] { $n } agreements on which registers may be linked or disclosed together.
 }
agreement-parties = Signed by
agreement-linking = Linking
agreement-linking-yes = Records of these registers may be linked.
agreement-linking-no = It allows no linking.
agreement-special = Special categories
agreement-special-none = It names none.
agreement-use = Use of all purposes under it

# The page of components.
components-title = Components
components-what = What pages are made of, in every state, in the language that you chose. Everything here is made up.
components-text = Text
components-buttons = Links and buttons
components-hover = Under the pointer
components-focus = Reached by keyboard
components-paging = Pages of a list
components-opens = What opens
components-fields = Fields and choices
components-notes = Notes
components-tags = Tags and marks
components-figures = Figures and facts
components-tables = Tables
components-values = Values given, reduced and withheld
components-charts = Charts
components-empty = Without anything to show
components-bar = The bar
components-bar-what = Five states: an officer who has chosen no purpose, one who has, an engineer, who needs none, a citizen, and an officer whose form has something to mend. These cannot be used.
sample-register = Student loans
sample-agency = Department of Education
sample-officer = Case officer
sample-law = Loan Relief Act, art. 4
sample-engineer = Data engineer
sample-own-purpose = Let people see what is held about them and who looked
sample-purpose = Decide whether a borrower’s income entitles them to relief
sample-why = Application for relief of 12 November
sample-contest = I never lived in that town.
sample-judged = Two births are on record.
sample-withheld = The purpose does not name this class.
sample-needed = A purpose that discloses it, under an agreement that covers the register.

# The engineer.
runs-title = Tables and runs
runs-what = What was read in, what was made of it, and how the last runs left it. No row can be read here.
runs-contents = On this page
runs-quarantined = { $count ->
    [one] One row is in quarantine: it did not fit its register’s schema, and nobody is shown it.
   *[other] { $n } rows are in quarantine: they did not fit their register’s schema, and nobody is shown them.
 }
runs-empty = Nothing was read in yet. Run `lucarne ingest`.
runs-table = Table
runs-version = Version
runs-size = Size in MB
runs-at = Written
queue-waits = { $count ->
    [one] waits for a second steward
   *[other] wait for a second steward
 }
queue-again = See the pair again, or take it back
queue-proposed = Your proposal was written; entry { $entry } of the log. It counts once a second steward comes to the same.
queue-taken-back = It was taken back; entry { $entry } of the log. What was said of the pair before holds again; if nothing was, the pair is open again.
said-proposed-own = On { $when } you proposed: { $verdict } (entry { $entry } of the log). It counts once a second steward comes to the same.
said-proposed = On { $when } another steward proposed: { $verdict } (entry { $entry } of the log). It counts once you come to the same, by yourself.
said-judged-own = On { $when } you judged: { $verdict } (entry { $entry } of the log). It counts from the next run of linking on.
said-judged = On { $when } another steward judged: { $verdict } (entry { $entry } of the log). It counts from the next run of linking on.
said-before-contest-own = On { $when } you said: { $verdict } (entry { $entry } of the log). The person has contested the link since, so it waits to be judged.
said-before-contest = On { $when } another steward said: { $verdict } (entry { $entry } of the log). The person has contested the link since, so it waits to be judged.
said-before-index-own = On { $when } you judged: { $verdict } (entry { $entry } of the log). That was before the index in service was built.
said-before-index = On { $when } another steward judged: { $verdict } (entry { $entry } of the log). That was before the index in service was built.
said-why = Your reason:
back-reason = Why you take it back
back-do = Take it back
verdict-same = the same person
verdict-different = different persons
verdict-cannot-say = cannot say
effect-records = { $count ->
    [one] one record
   *[other] { $n } records
 }
effect-same = From the next run of linking on, these two records are of one person. Their two persons have { $left } and { $right } as far as you may see; that run decides which of these go with the two, all { $both } at most.
effect-same-alone = From the next run of linking on, these two records are of one person. As far as you may see, neither person has others.
effect-same-nothing = They are one person already, and stay so whatever the score says.
effect-different = From the next run of linking on, these two records are of two persons: their person, of { $records } as far as you may see, is taken apart.
effect-different-others = Where each of the others goes, that run decides.
effect-different-nothing = They are different persons already, and stay so whatever the score says.
effect-cannot-say = Nothing changes: the score decides.
effect-see = See the records that this is about, and their links
effect-second = A second steward has to come to the same.
runs-tables = Every table
runs-quarantine-show = Which registers
runs-newer = { $count ->
    [one] One table was written after the index in service read it. Run `lucarne index` and start the server anew.
   *[other] { $n } tables were written after the index in service read them. Run `lucarne index` and start the server anew.
 }
graph-title = From registers to the index
graph-what = A model is made of one register and never joins two. Person records are linked into the spine; the index serves registers, person records and spine. Follow a box to its table.
graph-key = A broken edge: not there yet. Coloured words: rows in quarantine. A coloured box: an index older than its tables.
graph-label = The pipeline as a picture, which scrolls sideways
graph-missing = not there yet
graph-rows = { $count ->
    [one] one row
   *[other] { $n } rows
 }
graph-person = { $count ->
    [one] one person record
   *[other] { $n } person records
 }
graph-object = { $count ->
    [one] one object
   *[other] { $n } objects
 }
graph-links = { $count ->
    [one] one record
   *[other] { $n } records
 }
graph-persons = { $count ->
    [one] one person
   *[other] { $n } persons
 }
graph-newer = { $count ->
    [one] one newer table
   *[other] { $n } newer tables
 }
graph-quarantined = { $rows } rows, { $bad } in quarantine
graph-spine-says = The spine says which records are of one person, and why.
graph-index-says = The index answers searches and opens persons. It was built from one version of each table that it reads.
stage-registers = Registers
stage-models = Models
stage-spine = Spine
stage-index = Index
quarantine-title = Quarantine
quarantine-of = Quarantine: { $register }
runs-made-of = Made of
made-of-deliveries = its agency’s deliveries
made-of-persons = all person records
made-of-pairs = pairs of person records that a steward is to see
made-of-events = the links of a run and those of the run before
made-of-learnt = what a run learnt from person records
made-of-judgements = what stewards said of two records, and what people contest
made-of-nothing = a model that the project doesn’t have any more

expect-title = What is expected of the models
expect-what = A build checks each model before its table is written. Where something does not hold, the build stops and the table stays as it was: a table is there because all of this held.
expect-model = Model
expect-rules = What must hold
expect-at = Held last
expect-held = held
expect-older = older than what it is made of
expect-others = { $count ->
    [one] One model is missing, or older than what it is made of
   *[other] { $n } models are missing, or older than what they are made of
 }
expect-all-held = { $count ->
    [one] Of one model all of it held
   *[other] Of { $n } models all of it held
 }
expect-records = each row names the record that it was made of
expect-unique = each { $column } occurs once
expect-not-null = { $column } is never empty
expect-accepted = { $column } is one of: { $values }
expect-rows-min = { $count ->
    [one] at least one row
   *[other] at least { $n } rows
 }
expect-rows-max = { $count ->
    [one] at most one row
   *[other] at most { $n } rows
 }
quarantine-what = Rows that did not fit their register’s schema. Each register’s page has why, by run and column, and in which lines: counts only, no row can be read here.
quarantine-why = Why rows are in quarantine, as each run counted it, and where the first of them are in their files. No value is shown here.
quarantine-now = rows in quarantine now
quarantine-keeps = This register is delivered as changes: rows of earlier runs stay in quarantine.
quarantine-replaces = This register is delivered in full: each run puts its own rows in the place of those before.
quarantine-not-noted = No run has noted why. The next run that reads a new delivery in does.
quarantine-last-run = Last run:
quarantine-earlier-run = Earlier run:
quarantine-run = { $bad } of { $rows } rows went into quarantine ({ $share }).
quarantine-reasons = Reasons, the most frequent first
quarantine-reason = Reason
quarantine-row = the whole row
quarantine-places = First in
quarantine-back = Back to tables and runs
quarantine-register = What the register holds
bad-row-field-count = The row has more or fewer fields than the header line
bad-row-open-quote = A quote is opened and not closed before the file ends: lines below may be within it
bad-row-stray-quote = Text stands right after a quote that closes a field: a quote before it may be left open, and lines may be within it
bad-row-row-too-long = The row is longer than 8 MiB; a quote may be left open
bad-row-field-too-long = A field is longer than 1 MiB; a quote may be left open
bad-row-not-in-encoding = A byte means nothing in the encoding that the register file states: set `encoding` there to the delivery’s
bad-row-nul-byte = The text has a byte of value zero
bad-row-not-json = The line is not JSON
bad-row-not-an-object = The line is JSON but no object in braces
bad-row-field-twice = The object has the same name twice
bad-row-unknown-field = The object has a name that the register file does not have: describe it there under `[columns]`, or have it left out of the delivery
bad-row-missing-value = The column is required and has no value
bad-row-not-an-integer = The text is not a whole number of at most 64 bits
bad-row-not-a-decimal = The text is not a decimal number
bad-row-too-many-digits = The number has more digits than the type of the column
bad-row-not-a-boolean = The text is none of true, false, yes, no, y, n, 1 and 0
bad-row-not-a-date = The text is not a day in a format of the column: add its own to `format` in the register file, or have it corrected
bad-row-not-a-month = The text is not a year and a month such as 1993-07
bad-row-not-a-timestamp = The text is not a moment in a format of the column: add its own to `format` in the register file, or have it corrected
bad-row-fails-check = The text fails the check of the column
bad-row-no-key = No column of the key has a value
bad-row-duplicate-key = A row before it has the same key and other values
bad-row-duplicate-row = A row before it has the same key and the same values
bad-row-superseded = A later row of the delivery changes the same record
quarantine-empty = Nothing is in quarantine.
quarantine-delivery = Rows of the last delivery
quarantine-of-it = Of these in quarantine
quarantine-accepted = Bad rows accepted
index-title = The index in service
index-persons = persons
index-records = records
index-tables = tables read

# Runs that take long.
progress-begins = It begins.
progress-what = You can leave this page: it goes on without you.
progress-again = See how far it is
progress-lost = The server can’t be reached, or your session has ended. The run goes on.
verify-under-way = The log is being verified
verify-far = { $done } of { $all } entries
reading-heading = Read a delivery in
reading-what = Reads the files of a register’s delivery into its table; rows that don’t fit go into quarantine. What is served stays as it is until `lucarne build`, `lucarne link` and `lucarne index` have run.
reading-do = Read it in
reading-since = Read in since the server was started
reading-title = Delivery: { $register }
reading-under-way = Being read in: { $register }
reading-far = { $done } of { $all } MB
reading-taken = It was read in; entry { $entry } of the log.
reading-next = What is served stays as it is until `lucarne build`, `lucarne link` and `lucarne index` have run and the server is started anew.
reading-why = Why
reading-records = Records
reading-compared = { $new } new, { $changed } changed, { $gone } gone
reading-unchanged = It was read in before, under the same schema. Nothing was written.
reading-unchanged-short = as before
reading-refused = Nothing of it was taken. The register’s table is as it was.
reading-refused-short = not taken

# The persons of a pair, and the links that hold them together.
cluster-title = How the records hold together
cluster-what = All records of this person within your reach, each linked to the one that it agrees with most. A wrong link can be cut where it is weakest.
cluster-what-two = All records of the two persons within your reach, each linked to the one that it agrees with most. A wrong link can be cut where it is weakest.
cluster-picture = The records and the links between them
cluster-cut-this = Compare, and cut: { $left } – { $right }
cluster-caption = Links, the weakest first
cluster-records = Records
cluster-sure = How sure
cluster-without = Without it
cluster-cut = Compare, and cut
cluster-this = the pair on this page
cluster-apart = By the strongest links alone, { $one } and { $other } would stand apart.
cluster-held = Others hold its records together.
cluster-judged = Judged: { $verdict } (entry { $entry } of the log)
cluster-judged-before = A steward judged that they are of one person
cluster-proposed = Proposed: { $verdict } (entry { $entry } of the log)
cluster-left-out = { $count ->
    [one] One more record, with a stronger link, is not in the picture.
   *[other] { $n } more records, with stronger links, are not in the picture.
 }
cluster-part = Links { $from } to { $to } of { $all }, from the weakest on
cluster-weaker = Weaker links
cluster-stronger = Stronger links
link-cut-what = This link holds a person together. To say that its records are of different persons cuts it.
link-cut-back = Back to the pair
pair-place-proposal = It waits for a second steward. Pairs that wait for you: { $open }. Showing this one is entry { $entry } of the log.
queue-own-title = What you said and a second steward has yet to say
queue-own-what = It counts for nothing until somebody else comes to the same. You can look at it and take it back.
queue-own-pair = { $what }, since { $when }
pair-place-link = A link between records of one person. Showing it is entry { $entry } of the log.

# Why two records that a steward names are, or are not, of one person.
explain-title = Explain two records
explain-what = Why any two records are, or are not, of one person, whether they wait in the queue or not: field by field, how they compare and what that weighs.
explain-looks = It is a look at both persons, with an entry in the log, and counts to how many persons you may look at in a day.
explain-left = The one record
explain-right = The other record
explain-id-hint = Its register, a colon, and its key as the register writes it, several columns with commas between: student_loans:SL-2026-0417. Or the 32 digits of its id.
explain-left-unread = The one record can’t be read. Write its register, a colon, and its key: student_loans:SL-2026-0417.
explain-right-unread = The other record can’t be read. Write its register, a colon, and its key: student_loans:SL-2026-0417.
explain-same = Both are the same record. Name two different ones.
explain-reason-missing = Say why you ask.
explain-do = Explain
explain-begin = Name two records
explain-entry = Showing them is entry { $entry } of the log.
explain-one = They are of one person, of { $records } as far as you may see.
explain-two = They are of two persons, of { $left } and { $right } as far as you may see.
explain-again = Explain two other records

# How good the linkage is.
quality-title = Quality of the linkage
quality-what = How often records are put together rightly, as far as it can be told, and for whom it works less well. Everything here is counted; it shows nobody. Registers that are only attached to persons are left out.
quality-none = Nothing was linked yet, or by another version: the next run of linking fills this page.
quality-of-run = The run { $run } of { $when }, by model { $model }.
quality-moved = { $what } moved since the run of { $when }: stability index { $index }, limit { $limit }. See whether a delivery has changed.
quality-other-model = The model is another one since, which moves weights by itself.
quality-records-count = { $count ->
    [one] record
   *[other] records
 }
quality-persons-count = { $count ->
    [one] person
   *[other] persons
 }
quality-unlinkable = Unlinkable
quality-records = Records
quality-persons = Persons
quality-pairs = Pairs
quality-linked = Linked
quality-apart = Apart
quality-weight = Match weight
quality-any = any
quality-below = below { $below }
quality-from = { $from } and more
quality-between = { $from } to { $below }
quality-chart-says = { $title }: at most { $most }, at { $where }. The table below has every bar.
quality-chart-says-none = { $title }: none.
quality-too-few = too few

# The sample.
quality-sample-title = How often it is right
quality-sample-what = Estimated from pairs that were drawn at random from each range of weights, and from the pairs that only other records of a person link, and judged by stewards. Only those count that were judged in the order of the draw, without a gap. Recall is that among pairs that were compared and kept, or are linked: two records of one person that are apart and were never compared can’t be seen here.
quality-precision = Precision: of all pairs of records that are linked, directly or through others, { $estimate } are of one person.
quality-precision-unknown = Precision can’t be estimated yet: in each range of linked pairs, and of those linked by other records alone, at least { $least } have to be judged.
quality-recall = Recall: of the pairs of one person, { $estimate } are linked.
quality-recall-unknown = Recall can’t be estimated yet: in every range at least { $least } pairs have to be judged.
quality-not-kept = by other records alone
quality-estimate = { $share } ({ $least } to { $most })
quality-sample-of = Drawn { $when }. Pairs: { $drawn }; of these count as judged: { $judged }. Intervals are of 95%.
quality-out-of-turn = { $count ->
    [one] One more was judged out of turn, and counts once those before it are judged.
   *[other] { $n } more were judged out of turn, and count once those before them are judged.
 }
quality-no-sample = No sample is drawn: linkage.toml says so, or nobody may review links.
quality-strata-caption = The sample, range by range, as linked when it was drawn
quality-stratum = When drawn
quality-drawn = Drawn
quality-same = One person
quality-different = Two persons
quality-cannot-say = Can’t be told

# Groups.
quality-groups-title = For whom it works less well
quality-groups-what = Errors are not spread evenly: who changes names, or has one that is spelled in many ways, is missed more often. A record without a value counts with most records of its person.
quality-groups-least = Groups of fewer than { $least } persons are put together.
quality-group = Group
quality-group-other = All others
quality-by-register = By register
quality-by-form = { $column }, by how it is written
form-plain = plain
form-marked = with accents or other marks
form-compound = in several words
form-cyrillic = in Cyrillic letters
form-arabic = in Arabic letters
form-east-asian = in Chinese, Japanese or Korean characters
form-other-script = in another script
quality-records-per-person = Records a person
quality-weight-mean = Mean weight of links
quality-true-precision = Precision, by the truth
quality-true-recall = Recall, by the truth
quality-estimated-precision = Precision, estimated
quality-estimated-recall = Recall, estimated

# Weights, sizes, drift.
quality-weights-title = Match weights
quality-weights-what = Pairs by the log2 of the odds that they are of one person. The line is the threshold, { $threshold }.
quality-weights-caption = Each row has its own scale. Many pairs near the threshold mean that much is uncertain.
quality-given-up = Another { $n } pairs were compared and given up below the least weight.
quality-cut = Pairs that a rule left aside since too many records share a value: { $pairs } (groups left out: { $skipped }, split: { $split }). Another rule may have compared some of them.
quality-without-key = { $count ->
    [one] One record has all values of none of the rules by which pairs are looked for: it is compared with no other.
   *[other] { $n } records have all values of none of the rules by which pairs are looked for: they are compared with no other.
 }
quality-apart-at-threshold = { $count ->
    [one] One pair reaches the threshold and is apart all the same, because of other evidence or a judgement.
   *[other] { $n } pairs reach the threshold and are apart all the same, because of other evidence or a judgement.
 }
quality-own-title = What records hold
quality-own-what = Each record against a copy of itself. One that does not reach the threshold even then holds too little to be linked to anything.
quality-own-caption = Records by the weight against themselves; the line is the threshold.
quality-unlinkable-count = { $count ->
    [0] There is none of these.
    [one] There is one of these.
   *[other] There are { $n } of these.
 }
quality-sizes-title = Records of a person
quality-sizes-what = Very large persons are seldom right: look for a value that many share by mistake.
quality-sizes-caption = Persons by how many records they have
quality-size-what = Records
quality-size = { $count ->
    [one] One record
   *[other] { $n } records
 }
quality-sizes = { $least } to { $most } records
quality-size-more = { $least } records and more
quality-density-what = Density is the share of pairs within a person that reach the threshold by themselves. A person of low density hangs together by few of them.
quality-sparse = { $count ->
    [0] Nobody is below one half.
    [one] One person is below one half.
   *[other] { $n } persons are below one half.
 }
quality-densities-caption = Density by how many records persons have
quality-density = Density
quality-conflicts-title = Identifiers and households
quality-conflicts-what = What no pair of records shows and the persons do. An identifier that two persons have may be borrowed or miswritten, or the two are one; one who has several may be two, or was given a new one. A value that very many have is a placeholder. The count holds no value; persons that share one wait for stewards two by two, where the purpose shows them the identifier whole.
quality-identifier = Identifier
quality-shared = Values that several persons have
quality-sharers = Persons who share one
quality-several = Persons with several
quality-placeholders = Placeholders
quality-conflicts-none = No identifier is compared, or the run did not look.
quality-households = Pairs of different persons that agree on { $one } and { $other }, as people of one household do: { $pairs }. The model expects { $expected }.
quality-households-off = The two differ by more than twice: what the model believes of households is off. Learn it anew, or look for a value that many share.
quality-runs-title = Drift between runs
quality-runs-what = The population stability index says how far a distribution moved since the run before. Up to { $limit }, or more where so few cases move by chance, is taken for nothing.
quality-drifts-caption = The stability index in hundredths, run by run, each row on its own scale
quality-run = Run
quality-model = Model
quality-first-run = first run
distribution-weights = Weights of pairs
distribution-own-weights = What records hold
distribution-cluster-sizes = Records of a person

# What training doubted.
quality-doubts-title = What the model is not sure of
quality-doubts-what = Model { $model } was learnt from records that don’t settle everything. What follows was doubted then, and holds for each run that weighs pairs by it.
quality-doubt-level = { $name }: “{ $level }”
doubt-presumed = There were too few records to learn from: usual shares are presumed.
doubt-no-pairs = No pair could be learnt from: how often records of one person agree is presumed.
doubt-learnt-from-rules = Nothing that is compared gives groups to learn from: it was learnt over the rules by which pairs are looked for, so that weights change whenever a rule does.
doubt-unsettled = Learning was stopped before it settled: what was learnt may be off.
doubt-blocks-left-out = Learning left out groups of records that are too large, under these rules:
doubt-few-matches = Few records of one person inform how often these agree, which stays near what is presumed:
doubt-runs-to-one = Nearly all records of one person agree in the same way, so that any other way weighs too much against a pair:
doubt-no-likelier = Agreement is no likelier among records of one person than among others:
doubt-never-among-matches = Seen among random pairs, but never among records of one person:
doubt-never-seen = Never seen, so that its weight is presumed:
doubt-few-at-level = Hardly ever seen among records of one person, so that its weight is hardly more than presumed:
doubt-few-households = Few pairs of different people of one household were found: how often these agree stays near what is presumed.
doubt-households-presumed = How many pairs are of different people of one household, and how often these agree, rests on what is presumed.
doubt-households-alike = People of one household agree about as one person does, by:
doubt-households-left-out = People of one household are not told from one person, since none were found to learn from: who shares much with somebody else, as twins do, may be taken for them.
doubt-dates-unread = Many values can’t be read as dates, and differ from all that can:
doubt-said = In the words of the run that learnt it:
dpv-PublicInterest = a task in the public interest
dpv-OfficialAuthorityOfController = official authority
dpv-LegalObligation = a duty set by law
dpv-Consent = consent
dpv-ExplicitConsent = explicit consent
dpv-Contract = a contract
dpv-ContractPerformance = performance of a contract
dpv-VitalInterest = vital interests
dpv-VitalInterestOfDataSubject = vital interests of the person
dpv-LegitimateInterest = a legitimate interest

# Going back to what was judged, and what a judgement rests on.
queue-for-you-title = What another steward said and waits for you
queue-for-you-what = Look at the pair and say what you see, by yourself. If you come to the same, it counts.
queue-for-you-pair = Waits for you since { $when }
queue-set-aside = { $count ->
    [one] One pair comes last: its persons were judged together already, and it would ask the same until the next run of linking.
   *[other] { $n } pairs come last: their persons were judged together already, and they would ask the same until the next run of linking.
 }
queue-set-aside-see = See them all the same
proposal-merge = To make two persons one
proposal-apart = To keep two persons apart
proposal-cut = To cut a link
proposal-keep = To keep a link
judged-title = What was judged
judged-what = Judgements since the index in service was built: pairs of the queue, contested ones, links, and the quality sample. Yours come first, the latest before the others. They count from the next run of linking on. To open a pair is a look at its persons, as ever.
judged-empty = Nothing was judged since.
judged-earlier = What was judged before that is taken back by whoever said it, or judged anew, where its two records are named:
judged-counts = What counts from the next run on
judged-which = Which
judged-verdict = What was said
judged-again = Go back to it
judged-pair = Pair { $number }
judged-kind-contested = A contested record
judged-kind-sample = A pair of the quality sample
judged-kind-link = A link of one person’s records, or a pair that is in no list any more
judged-entry = entry { $entry } of the log
judged-by-you = you
judged-by-another = another steward
judged-see = See the pair
judged-part = { $from } to { $to } of { $all }
judged-newer = Newer
judged-older = Older
pair-place-second = It waits for you, as the second steward. Pairs that wait for you in all: { $open }. Showing this one is entry { $entry } of the log.
pair-threshold = It puts two records together from { $percent } on.
pair-side-contested = { $register }: contested record
pair-side-tied = { $register }: the record that it is linked to
pair-side-number = { $register } { $number }
pair-own-column = { $register }: { $column }
pair-day-unknown = day not known
pair-month-unknown = day and month not known
effect-you-are-second = Another steward proposed this: if you come to the same, it counts from the next run of linking on.
effect-differ = They differ in the birth date: { $left } / { $right }.
effect-differ-within = Its records differ in the birth date: { $dates }.
cluster-weights = Beside doubtful links stands their weight in bits; the table has that of each link, page by page.
cluster-islands = Lines join only some records of one person; there are { $groups } groups. Of each record only the link to the one that it agrees with most is kept. Weaker pairs, a judgement, or records beyond your reach or not in the picture hold these groups together.
