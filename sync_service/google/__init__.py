"""Google Sheets: accounts, one bounded client, and finding our tables in a spreadsheet."""
