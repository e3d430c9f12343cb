"""What can be done to the programme. A command is told who acts and when; it never commits."""
