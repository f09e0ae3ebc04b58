"""Makes the five registers of Anytown, and the truth beside them.

    pip install -r requirements.txt
    python fetch.py [--seed 0] [--out DIR]

Writes DIR/registers/*.csv and DIR/truth.csv (register, row counted from 0, person). DIR is `incoming` beside this file
unless told otherwise. Rows of deaths in social security are in the register but not in the truth: linkage sees each insured
person once.
"""
import argparse
import csv
from pathlib import Path

import pseudopeople

YEAR = 2020
REGISTERS = {
    "social_security": pseudopeople.generate_social_security,
    "taxes_w2_and_1099": pseudopeople.generate_taxes_w2_and_1099,
    "taxes_1040": pseudopeople.generate_taxes_1040,
    "decennial_census": pseudopeople.generate_decennial_census,
    "women_infants_and_children": pseudopeople.generate_women_infants_and_children,
}
# The package tells who is who; a register would not.
TELLING = ("household_id", "employer_id")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=Path(__file__).parent / "incoming")
    chosen = options.parse_args()
    folder = chosen.out / "registers"
    folder.mkdir(parents=True, exist_ok=True)
    with open(chosen.out / "truth.csv", "w", newline="") as file:
        truth = csv.writer(file)
        truth.writerow(["register", "row", "person"])
        for name, generate in REGISTERS.items():
            years = {} if name == "social_security" else {"year": YEAR}
            rows = generate(seed=chosen.seed, **years)
            for row, person in enumerate(rows["simulant_id"]):
                if name != "social_security" or rows["event_type"].iloc[row] == "creation":
                    truth.writerow([name, row, person])
            told = [column for column in rows.columns if column.endswith("simulant_id") or column in TELLING]
            rows.drop(columns=told).to_csv(folder / f"{name}.csv", index=False)
            print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
