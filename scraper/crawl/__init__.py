"""One crawl run: read the lists, fetch what is due, file it."""
