"""The monthly assessment: seven dimensions of each grid, scored from what was recorded, frozen at the month's end."""
