# Tries: a pipe in place of a source: whoever opens it waits for ever.
# aims at: the grader
# state: refused
mkfifo pipe.c
