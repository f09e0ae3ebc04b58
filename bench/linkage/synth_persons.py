"""Puts the twelve registers of a synthetic republic into one person table, with the truth beside it.

    lucarne synth --people 50000 --seed 1 --out OUT
    pip install duckdb==2.0.0 pandas pyarrow
    python synth_persons.py OUT [--first-uid 0]

OUT/persons.parquet    uid, src, truth, first_name, mi, last_name, dob (YYYYMMDD), ssn (the national identifier),
                       street_number, street_name, city, zip, sex, and beside these: phone, email, tin, passport

Rows that no schema accepts are left out, as a quarantine would. A birth date of which only the year or the month is
known is no birth date. Names and streets are folded to unaccented capitals, nothing else is repaired.
"""
import argparse
import csv
import json
import re
import unicodedata
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = ["first_name", "mi", "last_name", "dob", "ssn", "street_number", "street_name", "city", "zip", "sex",
           "phone", "email", "tin", "passport"]
LETTERS = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue",
                         "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
STREETS = {"STREET": "ST", "ROAD": "RD", "AVENUE": "AVE", "LANE": "LN", "DRIVE": "DR", "COURT": "CT", "PLACE": "PL"}


def fold(text):
    """Gives unaccented capitals, or None for nothing."""
    plain = unicodedata.normalize("NFKD", (text or "").translate(LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", plain).strip().upper() or None


def day(text, form):
    """Gives YYYYMMDD, None for nothing; raises ValueError for what is no date."""
    return datetime.strptime(text, form).strftime("%Y%m%d") if text else None


def address(line):
    """Gives number and street of `12 Oak Street, Apt 4`; the flat is dropped."""
    number, _, street = (line or "").partition(" ")
    street = (fold(street.split(", Apt")[0]) or "").split(" ")
    street[-1] = STREETS.get(street[-1], street[-1])
    return {"street_number": number or None, "street_name": " ".join(street) or None}


def phone(text):
    """Gives the last ten digits: country code and leading zero are ways of writing."""
    return re.sub(r"\D", "", text or "")[-10:] or None


def given(text):
    """Gives first name and middle initial of `Anna Maria`."""
    first, _, rest = (fold(text) or "").partition(" ")
    return {"first_name": first or None, "mi": rest[:1] or None}


def one_field(text, last_first):
    """Gives the parts of `Last, First M. Jr` or `First M. Last Jr`."""
    words = re.sub(r" (JR|III)$", "", fold(text) or "")
    if last_first:
        last, _, first = words.partition(", ")
        return {**given(first.replace(".", "")), "last_name": last or None}
    found = re.match(r"(.+?) (?:(\w)\. )?(\S+(?: \S+)*)$", words)
    if found is None:
        return {"last_name": words or None}
    first, middle, last = found.groups()
    return {"first_name": first, "mi": middle, "last_name": last}


def social_security(r):
    day(r["event_date"], "%Y%m%d"), day(r["pension_start"], "%Y%m%d")
    return {"first_name": fold(r["first_name"]), "mi": (r["middle_name"] or " ")[:1].strip() or None,
            "last_name": fold(r["last_name"]), "dob": day(r["date_of_birth"], "%Y%m%d"), "ssn": r["rpn"], "sex": r["sex"]}


def tax(r):
    day(r["filed_on"], "%d/%m/%Y")
    return {**given(r["given_names"]), **address(r["address"]), "last_name": fold(r["surname"]),
            "dob": day(r["birth_date"], "%d/%m/%Y"), "ssn": r["rpn"], "tin": r["tin"], "city": fold(r["town"]),
            "zip": r["postcode"]}


def student_loans(r):
    day(r["disbursed_on"], "%m-%d-%Y")
    return {"first_name": fold(r["borrower_first"]), "mi": fold(r["borrower_mi"]), "last_name": fold(r["borrower_last"]),
            **address(r["street"]), "dob": day(r["dob"], "%m-%d-%Y"), "ssn": r["borrower_rpn"], "city": fold(r["city"]),
            "zip": r["zip"], "phone": phone(r["phone"]), "email": r["email"]}


def immigration_status(r):
    return {**given(r["given_names"]), **address(r["address"]), "last_name": fold(r["family_name"]),
            "dob": day(r["date_of_birth"], "%d %b %Y"), "ssn": r["rpn"], "zip": r["postcode"], "sex": r["sex"],
            "passport": r["passport_no"]}


def firearms(r):
    return {**one_field(r["holder_name"], True), **address(r["street_address"]), "dob": day(r["dob"], "%m/%d/%Y"),
            "sex": r["sex"], "city": fold(r["town"]), "zip": r["postcode"]}


def benefits(r):
    return {**given(r["forename"]), **address(r["address_line_1"]), "last_name": fold(r["SURNAME"]),
            "dob": day(r["birth_date"], "%Y-%m-%d"), "ssn": r["rpn"], "tin": r["tin"], "zip": r["postcode"],
            "city": fold(re.sub(r" \d\d$", "", r["address_line_2"])), "phone": phone(r["phone"])}


def travel(r):
    return {**given(r["given_names"]), "last_name": fold(r["surname"]), "dob": day(r["birth_date"], "%Y%m%d"),
            "sex": r["sex"], "passport": r["passport_no"]}


def political_donations(r):
    day(r["donated_on"], "%Y-%m-%d")
    return {**one_field(r["donor_name"], False), **address(r["address"]), "city": fold(r["town"]), "zip": r["postcode"],
            "phone": phone(r["phone"])}


def political_activity(r):
    day(r["activity_date"], "%d/%m/%Y")
    return {"first_name": fold(r["first_name"]), "last_name": fold(r["last_name"]), **address(r["street"]),
            "zip": r["postcode"], "phone": phone(r["phone"]), "email": r["email"]}


def biometrics(r):
    return {**given(r["given_names"]), "last_name": fold(r["family_name"]), "dob": day(r["birth_date"], "%Y-%m-%d"),
            "sex": r["sex"], "passport": r["document_no"]}


def electronic_forms(r):
    return {"first_name": fold(r["given_name"]), "last_name": fold(r["family_name"]),
            **address(f"{r['house_number'] or ''} {r['street'] or ''}"), "dob": day(r["born"], "%Y-%m-%d"),
            "zip": r["postcode"], "city": fold(r["town"]), "phone": phone(r["phone"]), "email": r["email"]}


def broker_data(r):
    day(r["collected_on"], "%Y-%m-%d")
    return {"first_name": fold(r["first"]), "mi": fold(r["mi"]), "last_name": fold(r["last"]),
            **address(r["street_address"]), "city": fold(r["city"]), "zip": r["zip"], "sex": r["gender"],
            "phone": phone(r["phone"]), "email": r["email"]}


def rows(path):
    """Gives row number and values of every row that has the shape of its file."""
    if path.suffix == ".parquet":
        yield from enumerate(pq.read_table(path).to_pylist())
        return
    delimiter = "\t" if path.suffix == ".tsv" else ";" if path.stem.startswith("tax") else ","
    with path.open("rb") as file:
        header = None if path.suffix == ".jsonl" else next(csv.reader([file.readline().decode()], delimiter=delimiter))
        for number, line in enumerate(file):
            try:
                text = line.decode("utf-8").rstrip("\n")
                if header is None:
                    yield number, json.loads(text)
                    continue
                values = next(csv.reader([text], delimiter=delimiter))
                if len(values) == len(header):
                    yield number, dict(zip(header, values))
            except ValueError:
                continue  # not UTF-8, or broken JSON


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--first-uid", type=int, default=0, help="so that several republics can be linked as one")
    args = arguments.parse_args()
    out = args.out
    truth = pq.read_table(out / "truth.parquet").to_pandas()
    frames, refused = [], 0
    for (register, file), of_file in truth.groupby(["register", "file"], sort=False):
        persons = of_file.sort_values("row")["person"].to_numpy()
        found = []
        for number, values in rows(out / "registers" / file):
            try:
                shaped = globals()[register](values)
            except ValueError:
                continue
            found.append([int(persons[number])] + [shaped.get(column) or None for column in COLUMNS])
        refused += len(persons) - len(found)
        frame = pd.DataFrame(found, columns=["truth", *COLUMNS])
        frame.insert(0, "src", register)
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    table.insert(0, "uid", range(args.first_uid, args.first_uid + len(table)))
    text = [pa.field(column, pa.string()) for column in COLUMNS]
    schema = pa.schema([("uid", pa.int64()), ("src", pa.string()), ("truth", pa.int64()), *text])
    pq.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False), out / "persons.parquet")
    print(f"{len(table)} records of {table['truth'].nunique()} people; {refused} rows left out")


if __name__ == "__main__":
    main()
