"""What people do: one module per activity, one transaction per call."""
