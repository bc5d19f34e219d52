"""What makes the demonstration: the grids and people of a city from its sources, and a history of events."""
