"""The flask commands. They speak to whoever runs the installation. `groups` says why nothing is imported here."""
