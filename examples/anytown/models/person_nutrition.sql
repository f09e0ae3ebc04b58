--! kind = "person"
--! register = "women_infants_and_children"
--! says = "Those who receive help."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first_name,
    middle_initial as middle_name,
    last_name,
    parse_day(date_of_birth, '%m%d%Y') as birth_date,
    sex,
    street_number as house_number,
    street_name as street,
    city,
    zipcode as postcode
from registers.women_infants_and_children
