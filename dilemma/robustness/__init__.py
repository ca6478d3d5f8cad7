"""What a verdict hangs on: its needs, its radius, its shares, what rescues it."""
