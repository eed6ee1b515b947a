#include "grade/class_head.h"

#include <openssl/evp.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--text:#1c1c1c;--back:#fff;--lane:#f7f7f5;"
    "--line:#d8d8d4;--faint:#6a6a6a;--bar:#3f7fbf;--grey:#b4b4ae}\n"
    "@media (prefers-color-scheme:dark){:root{--text:#e8e8e4;--back:#16181b;"
    "--lane:#1d2024;--line:#34383e;--faint:#a2a6ab;--bar:#5b9bd8;"
    "--grey:#6b7078}}\n"
    "body{font:14px/1.45 system-ui,sans-serif;max-width:1100px;"
    "margin:16px auto;padding:0 12px 40px;color:var(--text);"
    "background:var(--back)}\n"
    "h1{font-size:22px;margin:0 0 4px}\n"
    "h2{font-size:17px;margin:32px 0 4px}\n"
    "p{margin:4px 0 8px;max-width:46em;overflow-wrap:anywhere}\n"
    "a{color:inherit}\n"
    ".faint{color:var(--faint)}\n"
    ".facts{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0;padding:0}\n"
    ".facts div{background:var(--lane);border:1px solid var(--line);"
    "border-radius:4px;padding:6px 14px}\n"
    ".facts b{display:block;font-size:20px;font-weight:600;"
    "font-variant-numeric:tabular-nums}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-size:13px;margin:6px 0 8px;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{padding:3px 9px;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "th{font-weight:600;white-space:nowrap}\n"
    "td.n,th.n{text-align:right;white-space:nowrap}\n"
    "td.text{overflow-wrap:anywhere;min-width:11em}\n"
    "td.test{overflow-wrap:anywhere;min-width:9em}\n"
    "td.name{overflow-wrap:anywhere;min-width:8em;max-width:18em}\n"
    "th button{font:inherit;color:inherit;background:none;border:0;padding:0;"
    "cursor:pointer}\n"
    "th button::after{content:' \\2195';color:var(--faint)}\n"
    "th[aria-sort=ascending] button::after{content:' \\2191'}\n"
    "th[aria-sort=descending] button::after{content:' \\2193'}\n"
    "td.files{white-space:nowrap}\n"
    "meter{width:90px;height:10px;vertical-align:middle}\n"
    "svg{display:block;width:100%;max-width:640px;height:auto;"
    "font:12px system-ui,sans-serif}\n"
    "svg text{fill:var(--text)}svg .axis{stroke:var(--line)}\n"
    "svg .graded{fill:var(--bar)}svg .other{fill:var(--grey)}\n"
    "summary{cursor:pointer;color:var(--faint)}\n"
    "@media (max-width:600px){.part{display:none}"
    "th,td{padding:3px 5px}th{white-space:normal}td.files{white-space:normal}"
    "td.text{min-width:7em}td.test{min-width:5em}td.name{min-width:6em}}\n"
    "@media print{.wide{overflow:visible}tr{break-inside:avoid}}\n";

// A column of figures is sorted by data-v, the greatest first.
static const char script[] =
    "'use strict';\n"
    "function keyOf(row, k) {\n"
    "  var cell = row.cells[k];\n"
    "  return cell.dataset.v === undefined ? cell.textContent :\n"
    "    Number(cell.dataset.v);\n"
    "}\n"
    "function order(a, b) {\n"
    "  return typeof a === 'number' ? a - b : a.localeCompare(b);\n"
    "}\n"
    "document.querySelectorAll('th button').forEach(function (button) {\n"
    "  button.addEventListener('click', function () {\n"
    "    var th = button.parentNode, k = th.cellIndex;\n"
    "    var body = th.closest('table').tBodies[0];\n"
    "    var was = th.getAttribute('aria-sort');\n"
    "    var first = th.className.includes('n') ? 'descending' : "
    "'ascending';\n"
    "    var other = first === 'ascending' ? 'descending' : 'ascending';\n"
    "    var now = was === first ? other : first;\n"
    "    th.parentNode.querySelectorAll('th').forEach(function (each) {\n"
    "      each.removeAttribute('aria-sort');\n"
    "    });\n"
    "    th.setAttribute('aria-sort', now);\n"
    "    var rows = Array.from(body.rows);\n"
    "    rows.sort(function (a, b) {\n"
    "      return (now === 'ascending' ? 1 : -1) *\n"
    "        order(keyOf(a, k), keyOf(b, k));\n"
    "    });\n"
    "    rows.forEach(function (row) { body.appendChild(row); });\n"
    "  });\n"
    "});\n";

void class_head_put(FILE *to)
{
    unsigned char digest[EVP_MAX_MD_SIZE], code[2 * EVP_MAX_MD_SIZE] = "";
    unsigned size = 0;
    EVP_Digest(script, strlen(script), digest, &size, EVP_sha256(), NULL);
    EVP_EncodeBlock(code, digest, (int)size);
    fprintf(to,
            "<!DOCTYPE html>\n"
            "<html lang='en'>\n"
            "<meta charset='utf-8'>\n"
            "<meta name='viewport' content='width=device-width, "
            "initial-scale=1'>\n"
            "<meta http-equiv='Content-Security-Policy' content=\"default-src "
            "'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'\">\n"
            "<title>raftlab: grading</title>\n"
            "<style>\n%s</style>\n",
            (char *)code, style);
}

void class_head_put_script(FILE *to)
{
    fprintf(to, "<script>%s</script>\n</html>\n", script);
}
