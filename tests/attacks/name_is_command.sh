# Tries: the name of a file is a command of the shell and of make.
# aims at: the build
# state: refused
# leaves no: @WORK@/HACKED
# wall: names
echo 'int nothing_here;' > 'x&touch${IFS}HACKED&y.c'
echo 'int nothing_there;' > '$(shell touch HACKED).c'
