"""WARC, the web archives' own format: captures out of its files, and into them.

`containers` unpacks files, `layout` and `records` find records in a file, `frames` what is damaged
between them, `message` decodes HTTP, `reader` makes captures of records, `writer` records of
captures. None of them needs an archive.
"""
