--! kind = "person"
--! register = "social_security"
--! says = "Insured persons, once each: creations, not deaths."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first_name,
    middle_name,
    last_name,
    parse_day(date_of_birth, '%Y%m%d') as birth_date,
    sex,
    ssn as national_id
from registers.social_security
where event_type = 'creation'
