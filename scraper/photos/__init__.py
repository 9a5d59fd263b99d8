"""Photos of articles, kept beside the archive if the settings ask for it."""
