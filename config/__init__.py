"""What is set."""
