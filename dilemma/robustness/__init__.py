"""The same claim decided on other boxes: what it needs, and how far it carries."""
