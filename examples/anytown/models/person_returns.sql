--! kind = "person"
--! register = "taxes_1040"
--! says = "Filers."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first_name,
    middle_initial as middle_name,
    last_name,
    ssn as national_id,
    mailing_address_street_number as house_number,
    mailing_address_street_name as street,
    mailing_address_city as city,
    mailing_address_zipcode as postcode
from registers.taxes_1040
