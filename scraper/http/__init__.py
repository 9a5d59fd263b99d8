"""One polite request: the fetcher, its pace, robots.txt, and what a server may answer."""
