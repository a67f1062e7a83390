"""The daemon: one process a user that scores, remembers its takes and tells watchers how far it is."""
