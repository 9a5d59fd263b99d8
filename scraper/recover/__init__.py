"""Older captures of the newspaper's articles, out of public web archives."""
