"""Games and results from and for other programs.

    gambit_text   the words of Gambit's files, which the kinds of game read and write
    spreadsheets  CSV files and Excel's workbooks as sheets of cells: read_csv, read_workbook
    payoff_tables how a sheet of cells says a game
    programs      nashpy's and pygambit's games: from_nashpy, to_nashpy, from_pygambit, to_pygambit;
                  equilibria as labelled data: to_pandas, to_xarray
    year_table    what parameters were in each year

What is exact stays exact wherever the other side can hold it: files and pygambit's games have
rational payoffs, nashpy's games and labelled data have floats.
"""
