--! kind = "object"
--! register = "student_loans"
--! says = "A loan and what is left to repay."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    loan_no,
    institution,
    principal,
    balance,
    status,
    disbursed_on
from registers.student_loans
