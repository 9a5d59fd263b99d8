from dataclasses import replace
from pathlib import Path

import pytest

from scraper.config import load_settings
from scraper.errors import ConfigError

ROOT = Path(__file__).parent.parent


def config(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_config_that_is_shipped_is_right_for_the_paper_but_for_the_contact() -> None:
    settings = load_settings(ROOT / "config.toml")
    assert settings.site.base_url == "https://baolaocai.vn"
    assert settings.archive.path == ROOT / "archive.db"
    for contact, found in (("", "missing"), ("me", "is 'me'")):
        with pytest.raises(ConfigError, match=f"site.contact: {found}; set your e-mail or web"):
            replace(settings, site=replace(settings.site, contact=contact)).require_contact()


def test_only_the_base_url_is_required(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, '[site]\nbase_url = "http://127.0.0.1:8080/"\n'))
    assert settings.site.base_url == "http://127.0.0.1:8080"
    assert settings.archive.path == tmp_path / "archive.db"
    settings.require_contact()


def test_whole_numbers_do_for_decimals(tmp_path: Path) -> None:
    text = '[site]\nbase_url = "https://baolaocai.vn"\ndelay_seconds = 2\n[crawl]\nrevisit_days = [1]\n'
    assert load_settings(config(tmp_path, text)).site.delay_seconds == 2.0


def test_the_public_address_is_kept_without_the_slash_at_its_end(tmp_path: Path) -> None:
    text = '[site]\nbase_url = "https://a.vn"\n[serve]\npublic_url = "https://b.vn/lao-cai/"\n'
    assert load_settings(config(tmp_path, text)).serve.public_url == "https://b.vn/lao-cai"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "site.base_url: missing"),
        ("[site]\n", "site.base_url: missing"),
        ("site = 3", "site: must be a table"),
        ("[site", "not valid TOML"),
        ('[site]\nbase_url = "baolaocai.vn"', "site.base_url: must be scheme and host"),
        ('[site]\nbase_url = "https://baolaocai.vn/x"', "site.base_url: must be scheme and host"),
        ('[site]\nbase_url = "https://baolaocai.vn:x"', "site.base_url: must be scheme and host"),
        ('[site]\nbase_url = "https://a.vn"\nurl = 1', "site.url: unknown key"),
        ('[site]\nbase_url = "https://a.vn"\ndelay = 1', "did you mean delay_seconds"),
        ('[site]\nbase_url = "https://a.vn"\n[crawler]\n', "did you mean crawl"),
        ('[site]\nbase_url = "https://a.vn"\ndelay_seconds = 0.2', "at least 1, is 0.2"),
        ('[site]\nbase_url = "https://a.vn"\ndelay_seconds = "5"', "a number, is '5'"),
        ('[site]\nbase_url = "https://a.vn"\ndelay_seconds = true', "a number, is True"),
        ('[site]\nbase_url = "https://a.vn"\ndelay_seconds = nan', "a number, is nan"),
        ('[site]\nbase_url = "https://a.vn"\ncontact = "á"', "site.contact: must be plain ASCII"),
        ('[site]\nbase_url = "https://a.vn"\nfeeds = ["rss"]', "site.feeds: must be paths"),
        (
            '[site]\nbase_url = "https://a.vn"\nfeeds = ["https://b.vn/rss"]',
            "site.feeds: must be paths",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\naliases = ["b.vn/x"]',
            "site.aliases: must be host names",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\n[crawl]\nmax_pages = 0',
            "crawl.max_pages: must be at least 1",
        ),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nmax_pages = 1.5', "a whole number, is 1.5"),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nrevisit_days = []', "at least one number"),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nrevisit_days = [0]', "numbers above 0"),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nrevisit_days = [1e300]', "at most 36500"),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nmax_minutes = 1e300', "at most 1e+06"),
        ('[site]\nbase_url = "https://a.vn"\n[check]\nmax_hours_since_run = 1e9', "at most 1e+06"),
        (f'[site]\nbase_url = "https://a.vn"\n[crawl]\nmax_pages = 1{"0" * 400}', "at most 1e+09"),
        (f'[site]\nbase_url = "https://a.vn"\ndelay_seconds = 1{"0" * 400}', "a number, is 1000"),
        (f'[site]\nbase_url = "https://a.vn"\ndelay_seconds = 1{"0" * 5000}', "not valid TOML"),
        (
            '[site]\nbase_url = "https://a.vn"\n[archive]\npath = "."',
            "archive.path: must be a file",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\n[archive]\npath = "snapshots.db"',
            "archive.path: must be a",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\naliases = ["http://[::1"]',
            "site.aliases: must be host names",
        ),
        ('[site]\nbase_url = "https://bao lao cai.vn"', "site.base_url: must be scheme and host"),
        (
            '[site]\nbase_url = "https://a.vn"\n[search]\naliases = ["Sapa"]',
            "search.aliases: must be names",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\n[search]\naliases = ["A ="]',
            "search.aliases: must be names",
        ),
        ('[site]\nbase_url = "https://a.vn"\n[crawl]\nquiet_hours = "7-9"', "HH:MM-HH:MM"),
        ('[site]\nbase_url = "https://a.vn"\n[serve]\nport = 70000', "at most 65535"),
        (
            '[site]\nbase_url = "https://a.vn"\n[serve]\npublic_url = "a.vn/archive"',
            "serve.public_url: must be an address",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\n[serve]\npublic_url = "https://a.vn/?a=1"',
            "serve.public_url: must be an address",
        ),
        (
            '[site]\nbase_url = "https://a.vn"\n[recover]\ndelay_seconds = 0.5',
            "recover.delay_seconds: must be at least 1, is 0.5",
        ),
    ],
)
def test_a_wrong_config_is_refused_with_place_and_value(
    tmp_path: Path, text: str, message: str
) -> None:
    path = config(tmp_path, text)
    with pytest.raises(ConfigError) as refusal:
        load_settings(path)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


def test_a_missing_or_undecodable_config_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found"):
        load_settings(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "bad.toml")
