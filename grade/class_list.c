#include "grade/class_list.h"

#define SHOWN 15

static void put_some(const char *head, class_list_row *put, const void *list,
                     int from, int n, FILE *to)
{
    fprintf(to, "<div class='wide'><table><thead><tr>%s</tr></thead><tbody>\n",
            head);
    for (int k = from; k < n; k++)
        put(list, k, to);
    fputs("</tbody></table></div>\n", to);
}

void class_list_put(const char *head, class_list_row *put, const void *list,
                    int n, FILE *to)
{
    int shown = n <= SHOWN + 2 ? n : SHOWN;
    put_some(head, put, list, 0, shown, to);
    if (n == shown)
        return;
    fprintf(to, "<details><summary>%d more</summary>\n", n - shown);
    put_some(head, put, list, shown, n, to);
    fputs("</details>\n", to);
}
