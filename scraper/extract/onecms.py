"""Article pages since the 2023 move to ONECMS; addresses end in -post<id>.html.

None of these selectors was read off the paper's own pages: they are those of the sister papers
that run the same system, where class lists vary a little from paper to paper and year to year.
Old /bai-viet/ addresses are answered by this template too.
"""

from dataclasses import replace
from datetime import date

from scraper.extract.template import Template

# Headline and lead are here too: some pages hold them inside the body.
_DROPPED = frozenset(
    "article__title article__sapo cms-desc e-magazine__title e-magazine__sapo article-relate"
    " article__author article__relate article__social article__source article__tag article__meta"
    " related-news ads_middle sda_middle banner author cms-author cms-relate social story"
    " box-relate".split()
)

ARTICLE = Template(
    name="onecms",
    seen=(date(2023, 1, 1), None),
    marker="h1.article__title, .article__title.cms-title",
    title="h1.article__title, .article__title.cms-title",
    lead=".article__sapo, .cms-desc",
    body=".article__body, .cms-body, [itemprop=articleBody]",
    time="time.time, time.cms-date, time[datetime], .article__meta time, .cms-date",
    byline=".article__author, .author, .cms-author",
    section=".breadcrumb a",
    tags=".article__tag a",
    dropped=_DROPPED,
    layouts=(
        ("live", ".box-live"),
        ("podcast", ".cms-podcast, .cms-audio"),
        ("video", ".article__body .cms-video:first-child"),
    ),
)

EMAGAZINE = replace(
    ARTICLE,
    marker=".e-magazine__title",
    title=".e-magazine__title",
    lead=".e-magazine__sapo",
    body=".e-magazine__body",
    layouts=(("emagazine", ".e-magazine__title"),),
)
