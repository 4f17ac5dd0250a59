"""The real scanner, moved gate by gate beside its model: files, shells, ghosts, and the watch kept on it."""
