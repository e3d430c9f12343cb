"""Setting up: the programme, its projects and its workstreams, and the first steps of a new one."""
