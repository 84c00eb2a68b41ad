"""Working time: how long something may take, counted in the hours when somebody works."""
