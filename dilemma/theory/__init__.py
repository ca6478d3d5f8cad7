"""What a theory says, as plain, frozen data."""
