"""The plane cut into cells by polynomials, exactly: roots, curves, cells."""
