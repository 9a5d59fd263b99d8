"""One plain text file for each article, and a table of what is known of them.

What Voyant, AntConc and topic-model tools take: a folder of text files, title, lead and
paragraphs with a blank line between, and `metadata.csv`, which names each file. Captions are in
no paragraph of the text, and stay out.
"""

import os
import re
from pathlib import Path

from scraper.export.csv_file import COLUMNS, TEXTS, cells, new_table
from scraper.export.entries import Chosen, Entry, entries

TABLE = "metadata.csv"
_NUMBERED = re.compile(r"[0-9]{7,}\.txt")
_COLUMNS = ("filename", *(name for name in COLUMNS if name not in TEXTS))


def write(chosen: Chosen, folder: Path) -> None:
    """Write the chosen articles into an empty folder."""
    with (folder / TABLE).open("wb") as out, new_table(out, _COLUMNS) as table:
        for entry in entries(chosen):
            name = _file_name(entry)
            (folder / name).write_text(_text(entry), "utf-8", newline="\n")
            table.writerow({"filename": name, **cells(entry)})


def is_earlier(folder: Path) -> bool:
    """True if a folder holds an earlier export and nothing else."""
    table = folder / TABLE
    with os.scandir(folder) as files:
        if not all(file.name == TABLE or _NUMBERED.fullmatch(file.name) for file in files):
            return False
    if not table.is_file():
        return False
    with table.open(encoding="utf-8-sig", errors="replace") as lines:
        return lines.readline(200).startswith(",".join(_COLUMNS[:3]))


def _file_name(entry: Entry) -> str:
    # The paper's number alone: it never changes, and rises with time, so that tools which go by
    # file name have the articles in order.
    return f"{entry.values['id']:07}.txt"


def _text(entry: Entry) -> str:
    texts = (entry.values["title"], entry.values["lead"], entry.article.body)
    return "\n\n".join(filter(None, texts)) + "\n"
