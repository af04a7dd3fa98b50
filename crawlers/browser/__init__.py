"""The browser, for the pages that exist only after JavaScript, held to the same conduct as plain HTTP."""
