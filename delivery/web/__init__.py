"""The web: a blueprint per audience, each naming its auth in one place."""
