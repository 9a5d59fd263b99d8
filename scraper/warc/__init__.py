"""WARC, the web archives' own format: captures out of its files, and into them.

`frames` finds the records in a file and what is damaged between them, `message` undoes HTTP,
`reading` makes captures of them, `writing` the other way round. None of them needs an archive.
"""
