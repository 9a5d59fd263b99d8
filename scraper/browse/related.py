"""Articles that are related to one: they share tags, or rare words of its headline and lead."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlite_utils import Database

from scraper.lexicon import cuts, lexicon
from scraper.spelling import runs, spell

SHOWN = 6
WORDS_ASKED = 24  # each costs the index up to 20 ms in 300,000 articles, mostly less than one
WORDS_SHARED = 5  # the rarest
COMMON_TAG = 500  # articles; a tag of more says too little
COMMON_WORD = 300  # the same of a word, and at most a twentieth of the archive
_TWENTIETH = 20

_ROWS = "SELECT id, title, local_date FROM articles WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class RelatedArticle:
    """An article with what it shares."""

    row: Any  # id, title and local_date
    tags: tuple[str, ...]
    words: tuple[str, ...]  # as printed in the article that they are related to


@dataclass(frozen=True, slots=True)
class _Shared:
    name: str
    is_tag: bool
    ids: frozenset[int]  # of the other articles


def related(db: Database, article_id: int, title: str, lead: str) -> tuple[RelatedArticle, ...]:
    """The articles nearest to this one, at most SHOWN.

    What few articles share counts more than what many do: each thing shared counts as one divided
    by the number of articles that have it.
    """
    tags = list(_tags(db, article_id))
    named = {spell(tag.name) for tag in tags}
    rare = [word for word in _rare_words(db, article_id, (title, lead)) if word.ids]
    rare = [word for word in rare if spell(word.name) not in named]
    weights: dict[int, float] = defaultdict(float)
    reasons: dict[int, list[_Shared]] = defaultdict(list)
    for thing in chain(tags, sorted(rare, key=lambda word: len(word.ids))[:WORDS_SHARED]):
        for other in thing.ids:
            weights[other] += 1 / len(thing.ids)
            reasons[other].append(thing)
    nearest = sorted(weights, key=lambda other: (-weights[other], -other))[:SHOWN]
    found = db.conn.execute(_ROWS, (json.dumps(nearest),))
    rows = {row[0]: row for row in found}
    return tuple(
        RelatedArticle(
            rows[other],
            tuple(thing.name for thing in reasons[other] if thing.is_tag),
            tuple(thing.name for thing in reasons[other] if not thing.is_tag),
        )
        for other in nearest
        if other in rows
    )


def _tags(db: Database, article_id: int) -> Iterator[_Shared]:
    own = "SELECT tag_id, name FROM article_tags JOIN tags ON tags.id = tag_id WHERE article_id = ?"
    holders = "SELECT article_id FROM article_tags WHERE tag_id = ? LIMIT ?"
    for tag_id, name in db.conn.execute(own, (article_id,)).fetchall():
        ids = {other for (other,) in db.conn.execute(holders, (tag_id, COMMON_TAG + 1))}
        if len(ids) <= COMMON_TAG:
            yield _Shared(name, True, frozenset(ids - {article_id}))


def _rare_words(db: Database, article_id: int, texts: tuple[str, ...]) -> Iterator[_Shared]:
    counted = "SELECT count(*) FROM (SELECT 1 FROM articles LIMIT ?)"
    (most,) = db.conn.execute(counted, (COMMON_WORD * _TWENTIETH,)).fetchone()
    most = max(2, most // _TWENTIETH)
    found = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?"
    for spelled, printed in list(_words(texts).items())[:WORDS_ASKED]:
        match = f'{{title lead body captions}}: "{spelled}"'
        ids = {other for (other,) in db.conn.execute(found, (match, most + 1))}
        if len(ids) <= most:
            yield _Shared(printed, False, frozenset(ids - {article_id}))


def _words(texts: tuple[str, ...]) -> dict[str, str]:
    """The words of `texts` as spelled and as printed, without numbers; none twice."""
    found: dict[str, str] = {}
    for text in texts:
        for run in runs(text):
            for word in cuts(run, lexicon())[0]:
                printed = " ".join(word)
                if not any(map(str.isdigit, printed)):
                    found.setdefault(spell(printed), printed)
    return found
