"""Which units of the old provinces Lào Cai and Yên Bái an article speaks of.

places.tsv ──gazetteer──▶ Unit ──names──▶ printed forms
title, lead, paragraphs, captions ──find──▶ list[PlaceMention]
"""

from scraper.places.find import PlaceMention, find_places
from scraper.places.gazetteer import Unit, all_places, label, table_version

__all__ = ["Unit", "PlaceMention", "all_places", "find_places", "label", "table_version"]
