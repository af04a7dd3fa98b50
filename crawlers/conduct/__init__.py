"""Good conduct: which addresses may be asked, what is in scope, what robots.txt closes, how often, what a wall is."""
