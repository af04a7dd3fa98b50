"""Who is behind findings: posts are joined into sellers by their handles, their accounts and their words.

cues        whose a handle in a text is: the writer's own, a go-between's, somebody else's
wordings    what an advert says without handles and greetings, and which adverts are one and the same
traces      what linking knows of a post
sharing     handles and accounts that many sellers use, found from the posts themselves
decisions   what analysts said: these are one, these are not
linking     all of it: posts in, sellers out; no database
roster      the store's side: what is new is linked, ids stay
profiles    sellers as they are shown
"""
