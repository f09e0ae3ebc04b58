--! kind = "stepp"
--! register = "tax_1041"
--! says = "Late"
select _record from registers.tax_1040
