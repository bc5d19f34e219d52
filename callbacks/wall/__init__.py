"""What walls are sent: facts asked once for everybody, worded into panels, in answers that hold what changed."""
