"""What is printed of a village besides maps: its report, on paper or as a workbook, and a sheet for a household.

`content` gathers what an account may hand out as a `model.Report`, section by section; `report_pdf` and `report_xlsx`
lay out the same one. `village` and `sheets` are for whoever asks: they put it down in the log first.
"""
