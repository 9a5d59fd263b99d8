"""Reading captures in many WARC and WET files, on all cores or many machines.

`scraper.bulk.shard` turns one file (a shard) into one Parquet file (a part), which holds the
captures as evidence and what they were read as; `scraper.bulk.coordinator` has many of them done and
keeps the manifest; `scraper import` takes the parts in.
"""
