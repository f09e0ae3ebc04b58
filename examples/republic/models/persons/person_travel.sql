--! kind = "person"
--! register = "travel"
--! says = "Travellers, one record a crossing."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(given_names, ' ', 1) as first_name,
    blank_to_null(substr(given_names, strpos(given_names || ' ', ' ') + 1)) as middle_name,
    surname as last_name,
    birth_date,
    to_char(birth_date, '%Y-%m-%d') as born,
    sex,
    passport_no as passport_number
from registers.travel
