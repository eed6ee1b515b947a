# Tries: a Makefile of its own, with a rule for everything.
# aims at: the build
# state: graded
# leaves no: @WORK@/raftlab-attack-made
# wall: none
printf '%%:\n\ttouch %s/raftlab-attack-made; cp /bin/true $@\nall:\n\ttouch %s/raftlab-attack-made\n' "$WORK" "$WORK" > Makefile
cp Makefile GNUmakefile
