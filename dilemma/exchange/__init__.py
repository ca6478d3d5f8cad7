"""Games and results from and for other programs.

    nfg          Gambit's strategic-form files: read_nfg, parse_nfg, write_nfg
    efg          Gambit's extensive-form files: read_efg, parse_efg, write_efg
    bimatrices   nashpy's games: from_nashpy, to_nashpy
    gambit       pygambit's games, trees included: from_pygambit, to_pygambit
    frames       equilibria as labelled data: to_pandas, to_xarray

What is exact stays exact wherever the other side can hold it: files and pygambit's games have
rational payoffs, nashpy's games and labelled data have floats.
"""
