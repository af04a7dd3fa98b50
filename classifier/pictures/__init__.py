"""What stands in a picture: the text in it and the codes (QR and its like), read on this machine.

    reader.py    asks a process of its own, and kills it when it overruns
    worker.py    that process: one picture after the other
    decoding.py  bytes → pixels, within limits that the header decides
    lettering.py pixels → lines of text
    codes.py     pixels → what the codes say
    gallery.py   a post and its pictures read as one text, and the values found given back to where they stand

Nothing here is loaded until the first picture comes.
"""
