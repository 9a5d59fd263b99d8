"""A polite crawler and a searchable SQLite archive of Báo Lào Cai."""

__version__ = "0.1.0"
