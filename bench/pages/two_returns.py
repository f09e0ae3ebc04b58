"""Gives pairs of tax returns of a demo that have one personal number: the ids of their two records, a pair a line.

    python3 two_returns.py DEMO COUNT

Stewards name records by their ids when they have two explained. Whoever knows the keys of a register's rows can work the ids out,
as this does: a hash over the register and the key, each with its length (`model::RecordId`). It needs nothing but Python itself.
"""
import hashlib
import sys
from datetime import datetime
from pathlib import Path

# Of how many returns of the one year the other's are looked for.
LOOKED_THROUGH = 5_000


def record(key: str) -> str:
    """Gives the id of the tax return with this number."""
    digest = hashlib.sha256()
    for part in ("tax", "key", key):
        digest.update(len(part.encode()).to_bytes(8, "little"))
        digest.update(part.encode())
    digest.update(bytes(8))
    return f"tax:{digest.hexdigest()[:32]}"


def returns(path: Path):
    """Gives number and personal number of each return that has all columns and days; others are in quarantine."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        columns = next(lines).rstrip("\n").split(";")
        for line in lines:
            row = line.rstrip("\n").split(";")
            if len(row) != len(columns) or "\ufffd" in line:
                continue
            values = dict(zip(columns, row))
            try:
                for day in ("birth_date", "filed_on"):
                    if values[day]:
                        datetime.strptime(values[day], "%d/%m/%Y")
            except ValueError:
                continue
            if values["return_no"] and values["rpn"]:
                yield values["return_no"], values["rpn"]


def main() -> None:
    folder, count = Path(sys.argv[1]) / "incoming" / "registers", int(sys.argv[2])
    of_person = {}
    for (number, person), _ in zip(returns(folder / "tax_2023.csv"), range(LOOKED_THROUGH)):
        of_person[person] = number
    for number, person in returns(folder / "tax_2024.csv"):
        if count == 0:
            break
        if person in of_person:
            print(record(of_person.pop(person)), record(number))
            count -= 1


if __name__ == "__main__":
    main()
