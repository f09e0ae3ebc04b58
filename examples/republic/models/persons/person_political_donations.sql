--! kind = "person"
--! register = "political_donations"
--! says = "Donors; the name is written `First M. Last Jr`."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(donor, ' ', 1) as first_name,
    blank_to_null(regexp_replace(donor, '^[^ ]+ ([A-Z]\.? )?', '')) as last_name,
    house_number(address) as house_number,
    blank_to_null(regexp_replace(regexp_replace(address, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    town as city,
    postcode,
    phone
from (select *, regexp_replace(donor_name, ' (Jr|Sr|II|III|IV)\.?$', '') as donor from registers.political_donations)
