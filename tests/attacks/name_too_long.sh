# Tries: names so long that a path of them does not fit.
# aims at: the build
# state: refused
long=$(printf 'x%.0s' {1..240})
echo 'int nothing_here;' > "$long.c"
