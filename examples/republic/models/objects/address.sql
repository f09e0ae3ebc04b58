--! kind = "object"
--! register = "tax"
--! says = "Where a taxpayer lived when a return was filed."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    address,
    town,
    postcode,
    district,
    filed_on
from registers.tax
where address is not null
