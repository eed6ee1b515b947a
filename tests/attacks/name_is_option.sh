# Tries: the names of files are options of the compiler.
# aims at: the build
# state: refused
echo 'int nothing_here;' > '-Wl,-e,evil.c'
echo '-DEVIL' > '@arguments.c'
