"""Grids that tile a city exactly, made up from a seed inside the real outlines of its counties."""
