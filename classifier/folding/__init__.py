"""The steps of folding: each takes a text and gives the edits that undo one sort of disguise, in order and apart."""
