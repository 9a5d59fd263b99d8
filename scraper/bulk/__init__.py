"""Reading captures in many WARC and WET files, on all cores or many machines.

`shard` turns one file (a shard) into one Parquet file (a part), which holds the captures and what
they were read as. `coordinator` gives the shards to workers and keeps the manifest.
`scraper import` files the parts.
"""
