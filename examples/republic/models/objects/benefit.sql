--! kind = "object"
--! register = "benefits"
--! says = "A benefit paid over a time."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    benefit_type,
    amount_monthly,
    start_date,
    end_date
from registers.benefits
