# Tries: a Makefile of its own, with a rule for everything.
# aims at: the build
# state: any
# leaves no: @WORK@/made
# wall: none
printf '%%:\n\ttouch %s/made; cp /bin/true $@\nall:\n\ttouch %s/made\n' "$WORK" "$WORK" > Makefile
cp Makefile GNUmakefile
