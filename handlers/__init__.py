"""What a person can say or press."""
