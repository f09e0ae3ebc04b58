"""Holds one record in a hundred of a person table back, to let them come later.

    python hold_out.py persons.parquet OUT

OUT/base.parquet   the other records
OUT/later.jsonl    those held back, a JSON object a line, as `lucarne link resolve` takes them
"""
import argparse
import json
from pathlib import Path

import pyarrow.parquet as pq

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("persons", type=Path)
parser.add_argument("out", type=Path)
options = parser.parse_args()

table = pq.read_table(options.persons)
later = [row % 100 == 37 for row in range(table.num_rows)]
options.out.mkdir(parents=True, exist_ok=True)
pq.write_table(table.filter([not held for held in later]), options.out / "base.parquet")
with open(options.out / "later.jsonl", "w", encoding="utf-8") as lines:
    for record in table.filter(later).to_pylist():
        lines.write(json.dumps({name: value for name, value in record.items() if value is not None}) + "\n")
print(json.dumps({"base": later.count(False), "later": later.count(True)}))
