"""The stand-in newspaper: invented articles in every known template, served on loopback."""
