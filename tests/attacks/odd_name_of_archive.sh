# Tries: the name of what is handed in is a formula of a spreadsheet, and
# HTML.
# aims at: the report
# name: _cmd____script_alert_3_
mv "$PWD" "$SUBS/=cmd|' <script>alert(3)"
