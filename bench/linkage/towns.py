"""Puts the five registers of Anytown into one person table, as many times as there shall be towns.

    python ../../examples/anytown/fetch.py --out ANYTOWN
    pip install -r requirements.txt
    python towns.py ANYTOWN OUT [--towns 48]

OUT/persons.parquet has the columns that synth_persons.py writes, but for telephone and the like: uid, src, truth,
first_name, mi, last_name, dob, ssn, street_number, street_name, city, zip, sex.

First names and names of streets are the same in every town, as a country's towns share theirs. Years of birth, identifiers,
postcodes and house numbers are turned: digit by digit, each by a number of places that the town has for that place, so that a slip
in a digit stays one, and whoever has the same code in one town has the same in the next. Surnames and middle initials are turned
letter by letter, vowels among vowels, so that two are as far apart in each town as in the first. Else everybody would have 47
doubles, one in each other town, of the same given names, door and birthday: more pairs of doubles than of people, whom no country
has, and where a register has no birth dates nothing would tell them apart. Nobody is in two towns.
"""
import argparse
import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TEXTS = ["src", "first_name", "mi", "last_name", "dob", "ssn", "street_number", "street_name", "city", "zip", "sex"]
NAME = {"first_name": "first_name", "last_name": "last_name"}
HOME = {"street_number": "street_number", "street_name": "street_name", "city": "city", "zip": "zipcode"}
POST = {ours: f"mailing_address_{theirs}" for ours, theirs in HOME.items()}
# By register: what our columns are called there, and in which order a birth date is written (year, month, day).
REGISTERS = {
    "social_security": ({**NAME, "mi": "middle_name", "dob": "date_of_birth", "ssn": "ssn", "sex": "sex"}, "ymd"),
    "taxes_w2_and_1099": ({**NAME, **POST, "mi": "middle_initial", "ssn": "ssn"}, None),
    "taxes_1040": ({**NAME, **POST, "mi": "middle_initial", "ssn": "ssn"}, None),
    "decennial_census": ({**NAME, **HOME, "mi": "middle_initial", "dob": "date_of_birth", "sex": "sex"}, "m/d/y"),
    "women_infants_and_children": ({**NAME, **HOME, "mi": "middle_initial", "dob": "date_of_birth", "sex": "sex"}, "mdy"),
}
# The places of an eight-digit date that hold the decade and the year in it.
YEAR = (2, 3)


def day(dates: pd.Series, order: str) -> pd.Series:
    """Gives dates as YYYYMMDD; what doesn't have the form of the register stays as it is."""
    if order == "ymd":
        return dates
    form = r"^(\d\d)/(\d\d)/(\d{4})$" if "/" in order else r"^(\d\d)(\d\d)(\d{4})$"
    return dates.str.replace(form, r"\3\1\2", regex=True)


def town(folder: Path) -> pd.DataFrame:
    """Gives the rows whose person is known, in the order of the registers."""
    truth = pd.read_csv(folder / "truth.csv", dtype={"register": "string", "row": int, "person": "string"})
    parts = []
    for register, (columns, order) in REGISTERS.items():
        rows = pd.read_csv(folder / "registers" / f"{register}.csv", dtype="string", keep_default_na=False, na_values=[""])
        known = truth[truth["register"] == register]
        rows = rows.iloc[known["row"].to_numpy()].reset_index(drop=True)
        part = pd.DataFrame({ours: rows[theirs] for ours, theirs in columns.items()})
        part["mi"] = part["mi"].str[:1]
        if order:
            part["dob"] = day(part["dob"], order)
        part["src"] = register
        part["truth"] = known["person"].to_numpy()
        parts.append(part)
    whole = pd.concat(parts, ignore_index=True)
    whole["truth"] = pd.factorize(whole["truth"])[0]
    return whole


def turned(codes: pd.Series, draw: random.Random, places) -> pd.Series:
    """Gives codes whose digits at some places (all: none given) are turned. One that has other characters stays as it is."""
    distinct = codes.dropna().unique()
    turns = [draw.randrange(10) for _ in range(max(map(len, distinct), default=0))]
    if places is not None:
        turns = [turn if place in places else 0 for place, turn in enumerate(turns)]

    def of(code: str) -> str:
        digits = iter(turns)
        return "".join(str((int(c) + next(digits)) % 10) if c.isdigit() else c for c in code)

    return codes.map({code: of(code) for code in distinct})


VOWELS, CONSONANTS = "aeiouy", "bcdfghjklmnpqrstvwxz"


def renamed(names: pd.Series, number: int) -> pd.Series:
    """Gives names with other letters for theirs: no two of sixty towns have the same."""
    turns = [letters[number % len(letters):] + letters[:number % len(letters)] for letters in (VOWELS, CONSONANTS)]
    small, other = VOWELS + CONSONANTS, "".join(turns)
    table = str.maketrans(small + small.upper(), other + other.upper())
    return names.map({name: name.translate(table) for name in names.dropna().unique()})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("anytown", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--towns", type=int, default=48)
    args = arguments.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    first = town(args.anytown)
    people = int(first["truth"].max()) + 1
    schema = pa.schema([("uid", pa.int64()), ("truth", pa.int64()), *((name, pa.string()) for name in TEXTS)])
    with pq.ParquetWriter(args.out / "persons.parquet", schema) as writer:
        for number in range(args.towns):
            draw, here = random.Random(number), first.copy()
            if number > 0:
                here["dob"] = turned(here["dob"], draw, YEAR)
                here["ssn"] = turned(here["ssn"], draw, None)
                here["zip"] = turned(here["zip"], draw, None)
                here["street_number"] = turned(here["street_number"], draw, None)
                for name in ("last_name", "mi"):
                    here[name] = renamed(here[name], number)
                here["truth"] += number * people
            here["uid"] = range(number * len(first), (number + 1) * len(first))
            writer.write_table(pa.Table.from_pandas(here, schema=schema, preserve_index=False))
    print(f"{args.towns * len(first)} records of {args.towns * people} people")


if __name__ == "__main__":
    main()
