# Classes of what a column says about a person.
class-identifier = Identifiers
class-identity = Name and birth
class-address = Address
class-contact = Contact
class-family = Family
class-employment = Employment
class-income = Income
class-tax = Tax
class-loan = Student loan
class-benefit = Benefits
class-migration = Residence status
class-travel = Travel
class-form = Forms sent in
class-commercial = Bought profile
class-administrative = Administrative
class-firearm = Firearms
class-donation = Political donations
class-politics = Political activity
class-biometric = Biometrics
class-health = Health
class-religion = Religion
special-politics = politics
special-religion = religion
special-health = health
special-biometrics = biometrics
special-firearms = firearms

# How much of a value is given.
how-value = shown
how-yes-no = only whether it is below { $bound }
how-district = district only
how-coarse = year or first letter only
how-last = { $count ->
    [one] last character only
   *[other] last { $n } characters only
 }
how-last-match = { $count ->
    [one] last character only; compared as a whole in searches
   *[other] last { $n } characters only; compared as a whole in searches
 }
how-presence = only whether there is one
how-match-only = compared in searches, not shown
how-withheld = withheld
masked-yes-no = Answers only: is it below { $bound }?
masked-last = Only the end is given.
masked-district = Only the district is given.
masked-coarse = Only the year or first letter is given.
masked-presence = Only whether there is a value is given.
value-held = held
value-not-held = not held
value-yes = yes
value-no = no
value-code = Code in the register: { $code }
value-none = no value
value-below = below { $bound }: { $answer }

# Parts of a search.
part-name = Name
part-birth-date = Birth date
part-identifier = Number
part-contact = Telephone or e-mail
part-address = Address
part-employer = Employer

# Columns of person records, as they are compared.
field-first-name = First name
field-middle-name = Middle name
field-last-name = Last name
field-birth-date = Birth date
field-birth-name = Name at birth
field-birth-year = Year of birth
field-birth-place = Place of birth
field-born = Born, as far as is known
field-sex = Sex
field-national-id = National number
field-tax-number = Tax number
field-passport-number = Passport number
field-house-number = House number
field-street = Street
field-city = Town
field-postcode = Postcode
field-district = District
field-phone = Telephone
field-email = E-mail

# Codes of sex in person records.
sex-F = female
sex-M = male

# Kinds of log entries.
kind-look = Person opened
kind-search = Search
kind-review = Link shown
kind-own = Own records read
kind-job = Run of a job
kind-ingest = Register read in
kind-judgement = Link judged
kind-contest = Record contested
kind-oversight = Officers named
kind-refusal = Refused
refused-to-look = to open a person
refused-to-search = to search
refused-to-review = to show a link
refused-to-own = to read one’s own records
refused-to-job = to run a job
refused-to-ingest = to read a register in
refused-to-judgement = to judge a link
refused-to-contest = to contest a record
refused-to-oversight = to name officers
by-citizen = A citizen, about themselves
by-system = The system
by-unknown = An unknown role
job-build = Build models
job-link = Link records
job-index = Build the index
subject-one-person = one person at a time
subject-self = the person who asks
subject-link-review = two records of an uncertain link
subject-run = a run of the system, shown to nobody
standing-in-force = in force
standing-not-yet = not yet in force
standing-expired = expired
namespace-registers = register
namespace-quarantine = quarantine
namespace-models = model
namespace-spine = spine
