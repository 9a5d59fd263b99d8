"""What the stand-in's newsroom does between the crawls of the demonstration.

The crawls are days apart, as those of a cron job are, so that the archive sees each change, and
a page that another has replaced is gone for the 30 days that it takes to call it vanished.
"""

import re
from dataclasses import replace
from datetime import UTC, timedelta

from scraper.demo.edition import Edition
from scraper.demo.newspaper import END, Newspaper
from scraper.demo.story import Story, Text
from scraper.demo.writing import slugify

CRAWLS = tuple(END + timedelta(days=days, hours=5.5) for days in (-60, -45, -8, 1))
_OLDEST = timedelta(days=70)  # of changed articles: older ones are looked at again too late
_FIGURE = re.compile(r"\b[1-9][0-9]\b(?![.,/:%])")
_ADDITION = Text("p", ("Tòa soạn đã bổ sung đoạn này sau khi bài được đăng.",))


def open_paper(edition: Edition) -> None:
    """Take out of the paper what comes out after the first crawl; one article stays."""
    for story in edition.newest[:-1]:
        if story.published_at > CRAWLS[0]:
            edition.withdraw(story.article_id)


def work(edition: Edition, number: int) -> None:
    """Do what happens between crawl `number` - 1 and crawl `number`, of 0 to 3.

    News at any time. Before crawl 1 two articles vanish, and three are changed: a figure, a
    headline, an address. Before crawl 2 the first of these gets a paragraph more. In a paper of
    the usual size, the two are all articles of one month, and its list answers 404 from then on.
    """
    paper, until = edition.newspaper, CRAWLS[number]
    for index in range(paper.index_at(CRAWLS[number - 1]), paper.index_at(until)):
        edition.publish(paper.story(index))
    changing = _changing(paper)
    at = until.astimezone(UTC) - timedelta(hours=5)
    if number == 1:
        for story in changing[3:5]:
            edition.withdraw(story.article_id)
        for story, change in zip(changing, (correct, rename, move), strict=False):
            edition.publish(replace(change(story), modified_at=at))
    elif number == 2:
        for story in changing[:1]:
            longer = replace(correct(story), modified_at=at)
            edition.publish(replace(longer, blocks=(*longer.blocks, _ADDITION)))


def correct(story: Story) -> Story:
    """The story with the first figure of its body put right, if it has one."""
    for place, block in enumerate(story.blocks):
        if isinstance(block, Text) and block.kind == "p" and _FIGURE.search(block.lines[0]):
            line = _FIGURE.sub(lambda found: str(int(found[0]) + 7), block.lines[0], count=1)
            blocks = (*story.blocks[:place], Text("p", (line,)), *story.blocks[place + 1 :])
            return replace(story, blocks=blocks)
    return story


def rename(story: Story) -> Story:
    """The story under another headline, at its old address."""
    return replace(story, title=f"{story.title} (cập nhật)")


def move(story: Story) -> Story:
    """The story at another address."""
    return replace(story, slug=slugify(f"{story.section} {story.title}"))


def _changing(paper: Newspaper) -> list[Story]:
    """The articles of the weeks before the first crawl: those with a figure to correct first."""
    found = range(paper.index_at(CRAWLS[0] - _OLDEST), paper.index_at(CRAWLS[0]))
    return sorted(map(paper.story, found), key=lambda story: correct(story) == story)
