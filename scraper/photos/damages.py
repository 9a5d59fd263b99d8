"""What is wrong with the photos that are kept: each against its hash, type and size."""

from collections.abc import Iterator

from sqlite_utils import Database

from scraper.archive import kept_photos
from scraper.errors import BadPhoto
from scraper.photos.image_header import read_header
from scraper.progress import Progress

REPORT_EVERY = 500  # photos between two reports of progress


def photo_damages(db: Database, progress: Progress) -> Iterator[tuple[str, str]]:
    """Each damage as it is found: "photo <sha256>" and what is wrong with it."""
    hashes = kept_photos.hashes(db)
    progress.expect(len(hashes))
    for number, sha256 in enumerate(hashes, 1):
        if found := _damage(db, sha256):
            yield f"photo {sha256}", found
        if number % REPORT_EVERY == 0:
            progress.step(f"photo {number}", REPORT_EVERY)
    progress.step("all photos", len(hashes) % REPORT_EVERY)
    for sha256 in kept_photos.unnamed(db):
        yield f"photo {sha256}", "no address of any article leads to it"


def _damage(db: Database, sha256: str) -> str:
    photo = kept_photos.load(db, sha256)
    if photo is None:
        return ""  # withdrawn meanwhile
    if photo.sha256 != sha256:
        return "its bytes do not have this hash"
    try:
        header = read_header(photo.body)
    except BadPhoto as e:
        return f"its file {e}"
    stated = (photo.media_type, photo.width_px, photo.height_px)
    if stated != (header.media_type, header.width_px, header.height_px):
        return "its row states another type or size than its file"
    return ""
