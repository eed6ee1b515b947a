# Tries: the folder that is handed in is a link to somebody else's.
# aims at: other students
# state: refused
rm -rf "$PWD"
ln -s zz_right "$PWD"
