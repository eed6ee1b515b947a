#include "grade/distribution.h"

#include <string.h>

#define TENTHS  10
#define LEFT    8
#define BASE    150  // Of the bars.
#define HIGHEST 120  // So high is the highest bar.
#define STEP    46
#define WIDE    38
#define WIDTH   (2 * LEFT + TENTHS * STEP)
#define HEIGHT  190

struct bar {
    int graded, other;  // Other: refused, or not built.
};

static bool is_graded(const struct graded *graded)
{
    return strcmp(graded->state, "refused") != 0 &&
           strcmp(graded->state, "not built") != 0;
}

// The full score is in the last tenth.
static int tenth_of(const struct graded *graded)
{
    if (graded->of <= 0)
        return 0;
    int tenth = (int)(graded->score / graded->of * TENTHS + 1e-9);
    return tenth < TENTHS ? tenth : TENTHS - 1;
}

static void count(const struct graded_class *class, struct bar *bars)
{
    for (int k = 0; k < class->n; k++) {
        const struct graded *graded = &class->each[k];
        struct bar *bar = &bars[tenth_of(graded)];
        if (is_graded(graded))
            bar->graded++;
        else
            bar->other++;
    }
}

static void put_rectangle(const char *kind, double x, double y, double height,
                          FILE *to)
{
    if (height > 0)
        fprintf(to,
                "<rect class='%s' x='%g' y='%.1f' width='%d' height='%.1f'/>",
                kind, x, y, WIDE, height);
}

static void put_bar(const struct bar *bar, int tenth, int most, FILE *to)
{
    int n = bar->graded + bar->other, x = LEFT + tenth * STEP;
    double other = (double)HIGHEST * bar->other / most;
    double graded = (double)HIGHEST * bar->graded / most;
    int middle = x + STEP / 2;
    fputs("<g>", to);
    put_rectangle("other", x + (STEP - WIDE) / 2.0, BASE - other, other, to);
    put_rectangle("graded", x + (STEP - WIDE) / 2.0, BASE - other - graded,
                  graded, to);
    if (n > 0)
        fprintf(to, "<text x='%d' y='%.1f' text-anchor='middle'>%d</text>",
                middle, BASE - other - graded - 4, n);
    bool is_last = tenth == TENTHS - 1;
    fprintf(to,
            "<text x='%d' y='%d' text-anchor='middle'>%d&ndash;%d</text>"
            "</g>\n",
            middle, BASE + 16, tenth * 10, tenth * 10 + (is_last ? 10 : 9));
}

static void put_legend(FILE *to)
{
    fprintf(to,
            "<rect class='graded' x='%d' y='%d' width='10' height='10'/>"
            "<text x='%d' y='%d'>graded</text>"
            "<rect class='other' x='%d' y='%d' width='10' height='10'/>"
            "<text x='%d' y='%d'>refused or not built</text>\n",
            LEFT + 4, HEIGHT - 13, LEFT + 20, HEIGHT - 4, LEFT + 90,
            HEIGHT - 13, LEFT + 106, HEIGHT - 4);
}

void distribution_put(const struct graded_class *class, FILE *to)
{
    struct bar bars[TENTHS] = { 0 };
    int most = 1, others = 0;
    count(class, bars);
    for (int k = 0; k < TENTHS; k++) {
        int n = bars[k].graded + bars[k].other;
        most = n > most ? n : most;
        others += bars[k].other;
    }
    fprintf(to,
            "<svg viewBox='0 0 %d %d' role='img' aria-label='Submissions by "
            "score, in percent'>\n",
            WIDTH, others > 0 ? HEIGHT : HEIGHT - 20);
    for (int k = 0; k < TENTHS; k++)
        put_bar(&bars[k], k, most, to);
    fprintf(to, "<line class='axis' x1='%d' y1='%d' x2='%d' y2='%d'/>\n", LEFT,
            BASE, WIDTH - LEFT, BASE);
    if (others > 0)
        put_legend(to);
    fputs("</svg>\n", to);
}
