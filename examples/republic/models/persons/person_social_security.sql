--! kind = "person"
--! register = "social_security"
--! says = "Insured persons, one record an event."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first_name,
    middle_name,
    last_name,
    date_of_birth as birth_date,
    to_char(date_of_birth, '%Y-%m-%d') as born,
    place_of_birth as birth_place,
    sex,
    rpn as national_id
from registers.social_security
