"""`identity`, in each file: which archive they belong to, and of which newspaper.

Files of two archives that get mixed would take each other's captures: both newspapers number
their articles from 1. So the two ids are compared before anything is written.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from scraper.errors import ArchiveError
from scraper.urls import Site


@dataclass(frozen=True, slots=True)
class Identity:
    """What all files of an archive have in common. A slim copy has it too."""

    archive_id: str  # random, made with the first of the files
    base_url: str  # of the newspaper, as it was when the archive was made
    archive_name: str  # of the file archive.db, which may have another name


def read_identity(db: Database) -> Identity | None:
    """The identity of an open file; None if it is new."""
    if not db["identity"].exists():
        return None
    row = db.execute("SELECT archive_id, base_url, archive_name FROM identity").fetchone()
    return Identity(*row) if row else None


def require_pair(path: Path, ours: Identity | None, beside: Path, theirs: Identity | None) -> None:
    """Raise ArchiveError if archive.db at `path` and the file at `beside` are of two archives."""
    if ours and theirs and ours.archive_id != theirs.archive_id:
        raise ArchiveError(
            f"{beside}: belongs to another archive than {path.name} (this one of"
            f" {theirs.base_url}, that one of {ours.base_url}); put the right file there, and"
            " give each newspaper a folder of its own"
        )


def joint_identity(
    path: Path, ours: Identity | None, beside: Path, theirs: Identity | None, site: Site
) -> Identity:
    """The identity that both files must have: the one they have, else that of the older file.

    Raises ArchiveError if they belong to two archives or to another newspaper than `site`, or if
    the snapshots belong to another archive.db in the same folder.
    """
    require_pair(path, ours, beside, theirs)
    found = ours or theirs
    if found is None:
        return Identity(secrets.token_hex(16), site.base_url, path.name)
    if not _is_of(site, found.base_url):
        raise ArchiveError(
            f"{path if ours else beside}: belongs to an archive of {found.base_url}, not of"
            f" {site.base_url}: give each newspaper a folder of its own, or name the other host in"
            " site.aliases"
        )
    other = path.with_name(found.archive_name)
    if ours is None and other.exists() and other.resolve() != path.resolve():
        raise ArchiveError(
            f"{beside}: belongs to {other.name} in this folder, not to {path.name}: give each"
            " newspaper a folder of its own"
        )
    return Identity(found.archive_id, found.base_url, path.name)


def write_identity(db: Database, identity: Identity) -> None:
    """Make `identity` that of a file, inside the caller's transaction."""
    db.execute(
        "INSERT INTO identity (archive_id, base_url, archive_name) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET archive_name = excluded.archive_name",
        [identity.archive_id, identity.base_url, identity.archive_name],
    )


def _is_of(site: Site, base_url: str) -> bool:
    """True if `base_url` is a newspaper's that is now found at `site`."""
    other = Site(base_url)
    is_stand_in = site.is_loopback and other.is_loopback  # its port changes from start to start
    return is_stand_in or site.owns(base_url) or other.owns(site.base_url)
