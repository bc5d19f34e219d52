"""What is asked of grids beside events: commands to answer, temporary matters to be done, and duty to be kept."""
