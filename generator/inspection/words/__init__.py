"""What names and marks mean: words by field and language, how numbers are written. No table is known here."""
