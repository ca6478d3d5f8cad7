"""Results in print: text that steers nothing, tables, formulas, files written whole."""
