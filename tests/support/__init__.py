"""What several test modules share: pages, archives and servers made for a test."""
