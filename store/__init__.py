"""Where pages wait, findings stay and proof is kept. The store is the only truth of what is due and done."""
