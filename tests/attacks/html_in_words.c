// Tries: HTML, XML, JSON and a formula in its debug log and its last words.
// aims at: the report
#include "rt/debug_log.h"

#include "stub.h"

static void attack(struct raft *rf)
{
    static const char text[] =
        "=HYPERLINK(\"http://127.0.0.1\"),</script><script>alert(1)</script>\n"
        "]]></failure><testcase name=\"x\"/>\",\"score\":100,\"\n"
        "<img src=x onerror=alert(1)>&#0;&bogus;\n"
        "\xff\xfe\xed\xa0\x80 no UTF-8\n";
    debug_log("MAKE", rf->me, 0, "%s", text);
    printf("%s", text);
    fprintf(stderr, "%s", text);
    fflush(stdout);
    abort();
}
