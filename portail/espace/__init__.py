"""Mon espace: what a parent with an account sees of the portal's rooms, in one place."""
