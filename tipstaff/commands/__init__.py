"""The commands, a file a subject. They read options, call the steps and print; nothing heavy is imported until then."""
