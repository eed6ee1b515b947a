# Tries: a newline and escapes in a name, which break lists of names and
# terminals.
# aims at: the build
# state: refused
echo 'int nothing_here;' > $'a\nraft.c'
echo 'int nothing_there;' > $'\e[2Jb.c'
