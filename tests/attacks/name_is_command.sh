# Tries: the name of a file is a command of the shell and of make.
# aims at: the build
# state: refused
# leaves no: @WORK@/raftlab-attack-name
echo 'int nothing_here;' > 'x&touch${IFS}raftlab-attack-name&y.c'
echo 'int nothing_there;' > '$(shell touch raftlab-attack-name).c'
