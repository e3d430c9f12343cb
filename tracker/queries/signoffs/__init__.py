"""Parts of shared workflows, read: who waits on whom, and what is open."""
