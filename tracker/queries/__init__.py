"""What the screens read: frozen rows, a fixed number of SQL statements, no ORM object leaves."""
