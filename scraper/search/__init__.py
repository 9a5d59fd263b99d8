"""What a reader typed -> articles found, counted and quoted."""
