"""The reading pages, as a plugin of Datasette, and serving them."""
