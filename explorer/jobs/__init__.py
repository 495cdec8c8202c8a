"""Long computations in worker processes: submitted, watched, cancelled."""
