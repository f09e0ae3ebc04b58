# What a problem is about, this time.
problem-in-english = It is told in English only:
problem-to-form = Back to the form, as you filled it in
problem-written = You had written
problem-is-others-task = This is the task of another role.
problem-is-agencies-task = Only members of agencies can do this.
problem-is-citizens-task = Only citizens contest records about themselves.
problem-is-foreign-form = The form was made for another session, or before this one began.
problem-is-foreign-host = The address names another server than this one.
problem-is-foreign-site = Another site sent the request, and not a page of this server.
problem-is-form = The form can’t be read.
problem-is-large-form = The form is too large.
problem-is-address = What stands after the question mark in the address can’t be read.
problem-is-no-page = There is no such page.
problem-is-no-kind = There is no such kind of problem.
problem-is-no-identity = The demonstration has nobody of this name.
problem-is-language = The language is neither English nor French.
problem-is-too-long = { $what ->
    [case] The case is longer than { $max } characters.
    [justification] The reason is longer than { $max } characters.
   *[other] The purpose is longer than { $max } characters.
 }
problem-is-no-purpose = The purpose is missing, or its name can’t be that of any.
problem-is-no-purpose-self = The project has no purpose under which people read about themselves.
problem-is-no-purpose-review = The project has no purpose under which links are reviewed.
problem-is-birth-date = The birth date can’t be read. Write year, month and day, such as 1984-03-12, or as far as it is known 1984-03 or 1984.
problem-is-not-compared = Nobody was searched for: this purpose doesn’t let you compare what you filled in.
problem-is-birth-wide = Nobody was searched for: many are born in one month or year. Add a name or another part.
problem-is-search-too-long = A field of the search is longer than { $max } characters.
problem-is-search-empty = Fill in one field at least.
problem-is-nobody = Your agency knows nobody by this pseudonym.
problem-is-value = A value can’t be shown.
problem-is-register-gone = A register is not in the project any more.
problem-is-no-register = The project has no such register.
problem-is-no-record = No record that is linked to you has this name, or it is contested already.
problem-is-contested = This record is contested already.
problem-is-no-contest = You contest no record of this name, or it was decided.
problem-is-contest-reason = The reason has 10 to 2,000 characters: say why the record is not about you.
problem-is-no-pair = No uncertain pair has this number.
problem-is-record-id = A record is named by its register, a colon, and its key as the register writes it, or the 32 digits of its id; it takes two different ones.
problem-is-out-of-reach = One of the two records is not there, or this purpose does not reach it. Which of these it is, is not told.
problem-is-verdict = The verdict is none of those to choose from.
problem-is-no-reason = A judgement without a reason can’t be reviewed.
problem-is-no-reason-back = Say why it is taken back.
problem-is-nothing-said = You said nothing of this pair since the index was built.
problem-is-nothing-in-force = Nothing that you said last of these two records is in force.
problem-is-numbered-anew = The pairs were numbered anew since this one was shown.
problem-is-contested-since = The person contests the link since this pair was shown. Read why first, and judge it then.
problem-is-no-entry = The log has no such entry.
problem-is-no-verification = No verification has this number, or it was long ago. Begin one anew.
problem-is-no-checkpoint = This is no saved checkpoint, so the log was not verified. Paste the whole text, with its signature, as you saved it.
problem-is-foreign-checkpoint = It is not one that this log signed. One that was copied wrongly or changed looks the same. If it is just what this log once gave, tell the operator: the log may have been replaced by another.
problem-is-no-day = A day in the address is none that there is. Write it as in 2026-11-24.
problem-is-backwards = The period in the address begins after it ends. Change one of the two days.
problem-is-no-entry-kind = The address asks for entries of a kind that does not exist. Choose one of the list.
problem-is-verifying = The log is being verified against another checkpoint. Ask again in a few seconds.
problem-is-reading-log = The log is still being read, as after each start of the server: { $percent }% so far. Ask again in a few seconds.
problem-is-no-reading = No delivery that was read in has this number, or it was long ago.
problem-is-reading-in = Another delivery is being read in. Ask again when it is done.
problem-is-no-way-in = The link is not valid, or it has expired. The server prints new ones when it starts; on the first page you can choose who acts.
problem-is-ending = The server is being stopped.

# Why nothing of a delivery was taken.
why-no-files = No file matches { $patterns }. Put the delivery there, or correct `source.file` in registers/{ $register }.toml.
why-pattern = `{ $pattern }` is no pattern of file names. Correct `source.file` in registers/{ $register }.toml.
why-bought = { $missing ->
    [seller] The register { $register } holds bought data and does not state its seller. Nothing of it is read until `bought` in registers/{ $register }.toml does.
    [licence] The register { $register } holds bought data and does not state its licence. Nothing of it is read until `bought` in registers/{ $register }.toml does.
   *[other] The register { $register } holds bought data and does not state its legal basis. Nothing of it is read until `bought` in registers/{ $register }.toml does.
 }
why-register = registers/{ $register }.toml describes what can’t be done.
why-empty = { $format ->
    [json-lines] { $file } is empty and has not one line. Ask for the delivery again.
    [parquet] { $file } is empty, and even a Parquet file without rows says which columns it has. Ask for the delivery again.
   *[csv] { $file } is empty and has not even a header line. Ask for the delivery again.
 }
why-no-rows = The delivery of { $register } has no row ({ $files }). It is a full one, so all records would be gone. Ask for it again.
why-no-delimiter = The header line of { $file } has one column where { $expected } are expected. Nothing in it looks like a delimiter; `{ $stated }` is stated.
why-delimiter = The header line of { $file } has one column where { $expected } are expected. It looks delimited by `{ $found }`, not by `{ $stated }`.
why-missing-column = { $file } has no column `{ $column }`. Ask for it, correct its `from` in registers/{ $register }.toml, or take it out there.
why-missing-column-near = { $file } has no column `{ $column }`, but one called `{ $nearest }`. Ask for it, correct its `from` in registers/{ $register }.toml, or take it out there.
why-absent-column = No row of the delivery of { $register } has the name `{ $column }`. Ask for it, correct its `from` in registers/{ $register }.toml, or take it out there.
why-other-header = The header line of { $file } is not that of the register. `lucarne ingest` says which column is meant.
why-header = The header line of { $file } can’t be read. Correct `source` in registers/{ $register }.toml.
why-parquet = { $file } can’t be read as Parquet. Ask for the delivery again.
why-parquet-type = Column `{ $column }` of { $file } has the type { $of }, which can’t be read. Have it delivered as text.
why-too-many-bad = { $bad } of { $rows } rows of { $register } are bad, more than the { $share } that registers/{ $register }.toml accepts. Mend that file or ask for the delivery again.
why-too-many-gone = { $gone } of the { $records } records of { $register } are not in the delivery, more than the { $share } that registers/{ $register }.toml accepts. It is a full one, so they would be gone. It may be cut off, or hold changes only: ask for it again. When these records are to go, write `gone_share_max = { $up }` in that file for this delivery, and take it out after it.
why-too-many-others = { $gone } of the { $records } records of { $register } are not in the delivery, more than the { $share } that registers/{ $register }.toml accepts, and { $new } others are. It is a full one, so those would be gone. Perhaps the key or the columns were changed, or it is another register’s delivery: compare it with that file. When these records are to go, write `gone_share_max = { $up }` in that file for this delivery, and take it out after it.
why-changed = { $file } was changed while it was read. Wait until it is there whole, and read it in again.
why-io = { $file } can’t be read.
why-lake = The register’s tables could not be written.
why-ended = The reading ended early. Read the delivery in again; the operator finds more in the server’s log.

# Runs that have been.
past-title = Past runs
past-what = The latest first, from what is kept anyway: the log has an entry of each run that was about to read or write or was refused, tables name the run that made them, and the index the one that built it. Of a run that left nothing behind it is usually not known why. A delivery that was not taken usually has no entry: it is listed for as long as this server runs, among its last.
past-none = There is no run yet.
past-none-earlier = There is no earlier run.
past-did = Run
past-began = Began
past-took = Took
past-became = Outcome
past-entry = Entry { $entry } of the log
past-ingest = Read in: { $register }
past-seconds = { $n } s
past-minutes = { $n } min
past-done = done
past-tables = { $count ->
    [one] one table made
   *[other] { $n } tables made
 }
past-in-service = in service
past-not-in-service = not in service
past-only-read = records read by a server
past-under-way = under way
past-unfinished = nothing written
past-untold = not known
past-refused = refused
past-latest = Latest runs
past-earlier = Earlier runs

# How a log does not hold together, and what else machines say.
fault-unread = A file of the log can’t be read, so nothing is known of what it holds.
fault-format = The folder is of another format than this server knows, or the file that names the format is missing.
fault-checkpoint = The checkpoint is missing, or it is not one that this log signed.
fault-dropped = There are fewer entries than when that checkpoint was saved: the last ones were dropped.
fault-rewritten = The first entries are not those of the checkpoint that was saved: history was rewritten.
fault-changed = An entry, or a hash over entries, is missing or was changed after it was signed.
fault-stray = There is a file that is no part of the log.
fault-latest = What was written down of the latest entries is damaged, or differs from what was published.
technical-words = What the machine says of it, in English
