# Tries: an archive of no known kind.
# aims at: the grader
# state: refused
# says: the archive cannot be read
# wall: none
rm -rf "$PWD"
echo 'Rar!, or so it says' > ../no_archive.tar.gz
