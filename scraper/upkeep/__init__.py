"""Commands that keep an archive healthy: reread, verify, backup, status, check."""
