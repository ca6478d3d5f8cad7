"""Several models told together: the paper's table of trends, and scenarios in which one feeds another."""

__all__: list[str] = []
