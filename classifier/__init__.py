"""From a post's words to a signal: fold → gate → encoder and head → reading the offer → masking victims."""
