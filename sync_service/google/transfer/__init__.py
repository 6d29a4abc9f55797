"""A workbook between Excel and Google Sheets: one neutral model, two readers, two writers."""
