# The frame of every page.
skip = Skip to the content
nav-label = Pages
nav-search = Find a person
nav-review = Uncertain links
nav-desk = Overview
nav-quality = Quality of the linkage
nav-log = The log
nav-runs = Tables and runs
nav-looks = Who looked at me
nav-records = What is held about me
nav-registers = Registers
nav-purposes = Purposes
nav-agreements = Agreements
other-language = Français
other-language-code = fr
foot-synthetic = Demonstration. Everyone in it is made up.
foot-api = The same over HTTP
api-title = The same over HTTP
api-what = What programs can ask this server, under the same rules and with the same entries in the log. The description itself is in English.
api-file = The description as a file, for programs: openapi.json
api-takes = What is sent
api-answers = What is answered
api-name = Name
api-place = Where
api-shape = Shape
api-says = What it says
api-status = Status
api-needed = needed
api-shapes = Shapes of JSON
foot-no-islands = This build was made without Node: the pictures of relations and of time stand still, who else is at an address is shown on a page of its own, progress moves only when its page is opened anew, and receipts can’t be checked in the browser.
quoted = “{ $text }”

# What is to be mended in a form.
error-title = Error: { $title }
error-summary = { $count ->
    [one] Nothing was written yet. One thing is to be mended:
   *[other] Nothing was written yet. { $n } things are to be mended:
 }

# Between a click and its answer.
step-under-way = Asked. Waiting for the answer…
step-late = The server has not answered yet. You can go on waiting, or ask again.
step-offline = The server can’t be reached: this computer is not connected. Nothing was sent, and what you wrote is kept.
step-kept-typed = The server could not be reached, so no answer came. What you wrote is here again.
try-again = Try again

# The bar.
bar-label = Who acts, and why
bar-acting = Acting as
bar-agency = For
bar-purpose = Purpose
bar-purpose-missing = none chosen yet
bar-purpose-none = none needed here
bar-case = Case
bar-why = Reason
bar-missing = not given
bar-change = Change
bar-leave = Leave
strip-purpose = Purpose: { $says }
strip-all = All of it
bar-act-as = Act as
bar-act-as-hint = For this demonstration; purpose and case are forgotten.
bar-act-as-do = Switch role

# What someone works on.
work-purpose = Purpose
work-choose = Choose a purpose
work-mine = Purposes of your role
work-others = Purposes of others: refused and logged
work-case = Case
work-case-hint = As your agency writes it, such as SL-2026-0417
work-why = Reason
work-why-hint = One sentence. The person can read it.
work-purpose-missing = Choose a purpose.
work-case-missing = This purpose needs a case: name it.
work-why-missing = This purpose needs a reason: say in a sentence why you ask.
reason-least = At least { $min } letters or digits.
work-do = Work on this
purpose-expired = { $says } (expired)
purpose-not-yet = { $says } (not yet in force)
why-purpose-title = Why a purpose first
why-purpose = The purpose decides what you are shown, and the person you look at sees which one you chose. Without one, nothing personal appears.
why-purpose-all = All purposes and what they allow
allows-title = What this purpose allows
allows-rest = Everything that is not named here is withheld.
allows-nothing = Nothing is shown to anyone under this purpose.
allows-until = In force until { $date }.
allows-not-yet = Not in force before { $date }: until then whatever is asked under it will be refused and logged.
allows-ended = Its last day was { $date }: whatever is asked under it will be refused and logged.
allows-not-mine = This purpose is not for your role: whatever is asked under it will be refused and logged.
allows-registers = Registers within reach
allows-not-opened = Nobody was opened by choosing this purpose.
allows-open-again = Open this person again under it
search-changed = What you work on was changed since the page with this link was shown, perhaps in another window. Nobody was opened. Read in the bar what holds now, and open the person under it if that is what you mean.

# The first page.
start-title = Start
start-heading = { $project }: look into the registers. Be seen looking.
start-left = Your session has ended. Its purpose, case and reason are forgotten.
start-what = Lucarne brings the registers of agencies together at the moment of a question, for one person and one stated purpose, and keeps no file of the answer.
start-promise = Every look is written to a log that cannot be changed unnoticed, and the person looked at can read who, when, why and under which law.
start-continue = Continue where you were
start-choose = Who are you today?
start-choose-hint = There is no sign-in yet: this demonstration answers on this computer only, and you choose a role.
start-nobody = This server has no demonstration identities, so nobody can act. Start it with `lucarne demo`.
start-ended = Your session has ended. Choose again who you are.
start-counts = What is here, and how it is used
start-counts-hint = Counted from the registers and the log, as anyone may see them.
start-agencies = agencies
start-registers = registers
start-rows = records
start-looks = looks allowed
start-refusals = looks refused
start-entries = entries in the log
task-officer = Find a person for a case, see what the purpose allows and where each value comes from.
task-steward = Decide whether two similar records are of one person.
task-data-protection-officer = See how the registers are used and what was refused, read the log of every look, verify it.
task-engineer = See what was read in, built and put into quarantine.
task-citizen = See who looked at you, why and under which law, and what is held about you. To try it, open “What is held about me” and read the name, search for it as an officer, and come back: the look is there.

# Problems.
problem-event = The operator finds it in the server’s log under
problem-about = About this kind of problem
problem-home = To the first page
form-only-title = A form is sent to this address
form-only-do = There is nothing to read here. Open the page that has the form, and send it from there. Nothing was done.
form-only-page = To the page with the form
ended-title = Your session has ended
ended-do = Nothing was done. Choose on the first page who acts, and begin again.
ended-not-shown = If you had written something, it is not shown here: it can no longer be told who wrote it.
problem-title-unauthenticated = No valid session
problem-do-unauthenticated = Choose who acts on the first page, or send a token that this server signed.
problem-title-refused = Refused by a rule
problem-do-refused = Each reason names the rule and what would be needed. The refusal is in the log.
problem-title-wrong-role = Not for this role
problem-do-wrong-role = Act in a role that has this task. You can switch in the bar above.
problem-title-foreign-request = It was not sent from a page of this session
problem-do-foreign-request = Open the page again and send the form from there. Nothing was done.
problem-title-not-meant = A look must be meant
problem-do-not-meant = The page was prefetched, not opened. Open it if you mean to look.
problem-title-not-found = There is nothing here
problem-do-not-found = Check the address, or begin at the first page.
problem-title-bad-request = The request can’t be read
problem-do-bad-request = Go back and mend what is named below.
problem-title-unusable-checkpoint = This checkpoint can’t be used
problem-do-unusable-checkpoint = The log itself was not examined. Verify it alone, or go back and paste the whole text as you saved it.
problem-title-changed-meanwhile = What you saw has changed
problem-do-changed-meanwhile = Nothing was written. Open the page anew and decide again.
problem-title-too-large = The request is too large
problem-do-too-large = Send less.
problem-title-too-slow = The request came too slowly
problem-do-too-slow = Send it at once. Nothing was done.
problem-title-unavailable = No answer is possible now
problem-do-unavailable = Nothing was disclosed. Try again later.
problem-title-internal = The server failed
problem-do-internal = Nothing was disclosed. Tell the operator the number below.
kind-type = Type
kind-status = HTTP status
kind-what = Programs get problems as documents of RFC 9457; this page is what their type names.

# Refusals.
refused-title = This was refused
refused-nothing = Nothing about anyone was shown.
refused-logged = The refusal is entry { $entry } of the log.
refused-rules = { $count ->
    [one] The rule that refuses
   *[other] The { $n } rules that refuse
 }
refused-needed = What would be needed:
refused-rule = Rule
refused-asked = What was asked
refused-what = Question
refused-filled = Fields filled in
refused-who = By
refused-next = What you can do
refused-next-says = Choose a purpose that names your role, with “Change” in the bar above. If your task needs what no purpose of yours allows, ask your data protection officer for a purpose or agreement that does.
advice-choose = Choose a purpose, with “Change” in the bar above.
advice-ended = Choose a purpose that is in force, with “Change” in the bar above. If your task needs this one, ask your data protection officer whether it is to be approved anew.
advice-later = Choose a purpose that is in force, with “Change” in the bar above, or wait until this one is.
advice-case = Name the case, with “Change” in the bar above, and ask again.
advice-reason = Write your reason anew, with “Change” in the bar above, and ask again.
advice-reason-form = Go back to the form, and write your reason anew.
advice-budget = Persons whom you opened today stay open to you; others can be opened from tomorrow on (UTC). If your task often needs more of them in a day, ask your data protection officer.
advice-own-file = Hand the case to a colleague. What is held about yourself you read on your own page, signed in as yourself.
advice-role = Act in a role that has this task, or sign in again if yours should have it.
advice-elsewhere = Choose another purpose of your role, with “Change” in the bar above, if one fits your task. If none does, ask your data protection officer what would have to change.
advice-needed = Do what stands above as needed.
advice-rule = This rule is the project’s own: what it asks for stands above. If that is not in your hands, ask your data protection officer.
refused-next-member = What you asked has a purpose of its own: there is none to choose. If your task needs what that one does not allow, ask your data protection officer for a purpose or agreement that does.
refused-next-citizen = You have no purpose to choose: what is held about you, and who looked at you, is yours to read. If that is refused, write to the agency that keeps the register; the page of each register says where.
refused-officer = Your data protection officer can be reached through your own agency: { $contact }.
refused-quote = Quote the purpose { $purpose } and what refused: { $rules }.
refused-quote-rules = Quote what refused: { $rules }.
asked-search = Search for a person
asked-person = Open a person
asked-own = Read one’s own records or looks
asked-review = Show an uncertain link
asked-explain = Explain two records
asked-judgement = Judge an uncertain link
asked-contest = Contest a record
asked-page = Open a page
