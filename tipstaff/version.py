"""The program's version, as the user agent and every signal's model line give it."""

VERSION = "0.1.0"
