"""Snapshots and articles -> rows of snapshots.db and archive.db."""
