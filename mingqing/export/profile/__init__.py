"""How other offices call and code what leaves: the files of `resources/exchange/`."""
