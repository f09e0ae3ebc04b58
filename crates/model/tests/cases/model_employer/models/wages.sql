--! kind = "object"
--! register = "tax_1040"
--! says = "What somebody earned"
select _record, income, employer from registers.tax_1040
