--! kind = "person"
--! register = "immigration_status"
--! says = "Holders of visas and permits, one record a permit."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(given_names, ' ', 1) as first_name,
    blank_to_null(substr(given_names, strpos(given_names || ' ', ' ') + 1)) as middle_name,
    family_name as last_name,
    date_of_birth as birth_date,
    to_char(date_of_birth, '%Y-%m-%d') as born,
    sex,
    rpn as national_id,
    passport_no as passport_number,
    house_number(address) as house_number,
    blank_to_null(regexp_replace(regexp_replace(address, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    postcode
from registers.immigration_status
