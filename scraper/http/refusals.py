"""Answers that refuse us: they say nothing of the article that was asked for. Pure.

A server refuses by its status, or with a challenge: a page that checks the visitor instead of
showing the article. A challenge is recognised by what it is: a small page without a text of its
own that acts by script or meta refresh. The names of common products only help.
"""

import re

from selectolax.lexbor import LexborHTMLParser

from scraper.models import Snapshot
from scraper.spelling import fold

STATUSES = (401, 403, 451)
# Challenge pages come with these statuses too: the server is up, it checks who asks.
BUSY_STATUSES = (429, 503)
_MOST_TAGS = 1_500  # of a challenge; more could take a parser long
MOST_BYTES = 64 * 1024  # of a challenge; those of Cloudflare and Imperva have 1 to 30 KB
_MOST_TEXT = 600  # characters of a challenge's text
_BARE_TEXT = 40  # characters: less is no text of its own ("Loading…", "Please wait")
_FEW_LINKS = 4  # every page of the newspaper has its menu, with more links than this

_NOT_SEEN = "script, style, noscript, template, svg, title, head"
_ARTICLE = (
    '[itemprop="articleBody"], .cms-body, .article__body, article p, h1.article__title,'
    ' meta[property="og:type"][content="article"], meta[property="article:published_time"]'
)
# Code that reloads the page with a cookie, or asks the visitor for a proof.
_ACTS = re.compile(
    r"document\s*\.\s*cookie|location\s*(\.\s*(reload|replace|assign|href)\b|=[^=])|\.submit\s*\("
    r"|captcha|turnstile|challenge|_cf_chl|_Incapsula|\bsetTimeout\s*\(\s*function[^}]*reload",
    re.IGNORECASE,
)
# Folded: small letters, no marks.
_NAMES = re.compile(
    r"just a moment|checking (your|the) (browser|connection)"
    r"|verif(y|ying) (that )?you are (a )?human|are you a (human|robot)|not a robot"
    r"|ddos[- ]protection|attention required|access (is )?denied"
    r"|security (check|verification)|pardon our interruption|request unsuccessful"
    r"|enable (javascript|cookies)|(javascript|cookies) (is|are|and cookies) (disabled|required|to)"
    r"|unusual traffic|captcha|you have been blocked"
    r"|xac (minh|thuc|nhan) (rang )?(ban|quy|la|trinh|truy|nguoi|bao)"
    r"|kiem tra (trinh duyet|bao mat|an ninh|ket noi)|khong phai (la )?(nguoi may|robot)"
    r"|bat (javascript|cookie)|(tu choi|bi chan|chan) truy cap|truy cap (da )?bi (chan|tu choi)"
    r"|luu luong bat thuong|chong (tan cong )?ddos|dia chi ip cua ban"
)
_ABSENT = re.compile(
    r"\b404\b|not found|khong (tim thay|ton tai|con ton tai)|da (bi )?(xoa|go)|no longer"
)


def refusal(snapshot: Snapshot) -> str:
    """Why an answer refuses us, as in "answered 403"; "" if it does not."""
    if snapshot.status in STATUSES:
        return f"answered {snapshot.status}"
    if snapshot.is_redirect or snapshot.status == 304 or not is_challenge(snapshot):
        return ""
    return "answered with a challenge page" + (
        "" if snapshot.status == 200 else f" (status {snapshot.status})"
    )


def is_challenge(snapshot: Snapshot) -> bool:
    """True if the page checks the visitor instead of showing anything.

    A page that says it is not there (404, 410) is a challenge only if it bears a known name.
    """
    if (snapshot.header("cf-mitigated") or "").strip().lower() == "challenge":
        return True
    if not snapshot.body.strip() or len(snapshot.body) > MOST_BYTES:
        return False
    if not 0 < snapshot.body.count(b"<") <= _MOST_TAGS:
        return False
    tree = LexborHTMLParser(snapshot.body)
    if tree.css_first(_ARTICLE) is not None:
        return False
    code = " ".join(
        f"{node.text()} {' '.join(v or '' for v in node.attributes.values())}"
        for node in tree.css("script, body[onload], form, iframe")
    )
    refreshes = any(
        (node.attributes.get("http-equiv") or "").strip().lower() == "refresh"
        for node in tree.css("meta[http-equiv]")
    )
    asides = " ".join(node.text(separator=" ") for node in tree.css("title, noscript"))
    links = len(tree.css("a[href]"))
    has_script = tree.css_first("script, body[onload]") is not None
    for node in tree.css(_NOT_SEEN):
        node.decompose()
    text = " ".join((tree.body.text(separator=" ") if tree.body else "").split())
    if len(text) > _MOST_TEXT:
        return False
    words = fold(f"{asides} {text}")
    if _NAMES.search(words) and not _ABSENT.search(words):
        return True
    if snapshot.status in (404, 410) or _ABSENT.search(words):
        return False
    if links > _FEW_LINKS:
        return False
    if len(text) < _BARE_TEXT:
        return has_script or refreshes
    return refreshes or bool(_ACTS.search(code))
