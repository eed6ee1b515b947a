# Tries: the name of what is handed in is a formula of a spreadsheet, and
# HTML.
# aims at: the report
# name: *cmd*
# state: any
# wall: escaping
mv "$PWD" "$SUBS/=cmd|' <script>alert(3)"
