--! kind = "person"
--! register = "biometrics"
--! says = "Enrolled persons, without anything biometric."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(given_names, ' ', 1) as first_name,
    blank_to_null(substr(given_names, strpos(given_names || ' ', ' ') + 1)) as middle_name,
    family_name as last_name,
    birth_date,
    to_char(birth_date, '%Y-%m-%d') as born,
    sex,
    document_no as passport_number
from registers.biometrics
