# Tries: its source is a symbolic link to the secret.
# aims at: the build
# state: refused
ln -s "$SECRET" secret.h
echo '#include "secret.h"' >> raft.c
