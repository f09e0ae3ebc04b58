--! kind = "object"
--! register = "tax"
--! says = "Income of a year and the tax due on it."
--!
--! [classes]
--! income = "income"
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    tax_year,
    employer,
    wages + other_income as income,
    tax_due,
    filed_on
from registers.tax
