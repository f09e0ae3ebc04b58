--! kind = "object"
--! register = "residents"
--! says = "Allowances that are paid"
select _record, resident_no, allowance
from registers.residents
where allowance > 0
