"""config.toml: what can be set, reading it, writing it."""

from scraper.config.load_settings import load_settings as load_settings
from scraper.config.settings import BUILT_IN as BUILT_IN
from scraper.config.settings import ArchiveSettings as ArchiveSettings
from scraper.config.settings import CheckSettings as CheckSettings
from scraper.config.settings import CrawlSettings as CrawlSettings
from scraper.config.settings import PhotoSettings as PhotoSettings
from scraper.config.settings import RecoverSettings as RecoverSettings
from scraper.config.settings import SearchSettings as SearchSettings
from scraper.config.settings import ServeSettings as ServeSettings
from scraper.config.settings import Settings as Settings
from scraper.config.settings import SiteSettings as SiteSettings
from scraper.config.write_settings import init_settings as init_settings
