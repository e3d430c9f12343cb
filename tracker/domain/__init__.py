"""The rules of the programme, free of database, web and clock."""
