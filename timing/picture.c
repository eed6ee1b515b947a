#include "timing/picture.h"

#include "rt/alloc.h"
#include "rt/html.h"
#include "runner/mit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Okabe's and Ito's colours, which colour-blind people can distinguish.
static const char *const light[MAX_GROUPS] = {
    "#0072b2", "#d55e00", "#009e73", "#aa4499", "#7a5c00", "#444444"
};
const char *const picture_dark[MAX_GROUPS] = {
    "#56b4e9", "#ff9e4a", "#3ddc97", "#e79ad0", "#e6c84c", "#cccccc"
};

const char *const figure_names[N_FIGURES] = { "seconds", "RPCs", "bytes" };
const char *const measure_names[N_MEASURES] = { "first leader of a test",
                                                "new leader after a loss",
                                                "commit, reliable network",
                                                "commit, unreliable network" };

#define WIDTH    930
#define LABELS   160  // Columns of a test's picture, in pixels.
#define PANEL    236
#define GAP      20
#define TOP      34
#define ROW      30
#define BOTTOM   22
#define MAX_NAME 24  // Bytes of a Raft's name.
#define CURVES_X 50
#define CURVES_H 190
#define CURVES_W 590

void picture_put_number(double number, FILE *to)
{
    if (number >= 999500)
        fprintf(to, "%.3gM", number / 1e6);
    else if (number >= 9995)
        fprintf(to, "%.3gk", number / 1e3);
    else if (number >= 999.5)
        fprintf(to, "%.0f", number);
    else
        fprintf(to, "%.3g", number);
}

// MIT's figure of a test; below 0 if there is none.
static double mit_figure(const struct test *test, enum figure figure)
{
    char *suite = alloc_format("raft_%s", test->suite);
    struct lab_test key = { .suite = suite, .name = test->name };
    const struct mit_figures *mit = mit_figures(&key);
    free(suite);
    if (mit == NULL)
        return -1;
    return figure == SECONDS ? mit->seconds
           : figure == RPCS  ? mit->rpcs
                             : (double)mit->bytes;
}

// ---- Scales ----

// Maps values to pixels.
struct scale {
    double low, high;
    bool is_log;
    double left, width;
};

// Makes a scale with a small margin at both ends. It is logarithmic if they are
// far apart.
static struct scale make_scale(double low, double high, double left,
                               double width)
{
    struct scale scale = { low, high, false, left, width };
    scale.is_log = low > 0 && high / low > 30;
    if (scale.is_log) {
        scale.low = low / 1.3;
        scale.high = high * 1.3;
        return scale;
    }
    double margin = high > low ? (high - low) * 0.06 : high * 0.1 + 0.1;
    scale.low = low - margin > 0 || low < 0 ? low - margin : 0;
    scale.high = high + margin;
    return scale;
}

static double place(const struct scale *scale, double value)
{
    double share = scale->is_log
                       ? log(value / scale->low) / log(scale->high / scale->low)
                       : (value - scale->low) / (scale->high - scale->low);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return scale->left + share * scale->width;
}

// The lowest number of at least this that is 1, 2 or 5 times a power of ten.
static double round_step(double least)
{
    double power = pow(10, floor(log10(least)));
    double factor = least / power;
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

static void put_tick(const struct scale *scale, double value, double top,
                     double bottom, FILE *to)
{
    double x = place(scale, value);
    fprintf(to,
            "<line class='axis' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>"
            "<text class='faint' x='%.1f' y='%.1f' text-anchor='middle'>",
            x, x, top, bottom, x, bottom + 13);
    picture_put_number(value, to);
    fputs("</text>\n", to);
}

static void put_ticks(const struct scale *scale, double top, double bottom,
                      FILE *to)
{
    bool is_log = scale->is_log;
    double low = is_log ? log10(scale->low) : scale->low;
    double high = is_log ? log10(scale->high) : scale->high;
    double step =
        is_log ? ceil((high - low) / 4) : round_step((high - low) / 4);
    int first = (int)ceil(low / step), last = (int)floor(high / step);
    for (int k = first; k <= last; k++)
        put_tick(scale, is_log ? pow(10, k * step) : k * step, top, bottom, to);
}

// ---- The frame of a picture ----

static void begin(int width, int height, const char *title, FILE *to)
{
    fprintf(to,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
            "viewBox='0 0 %d %d' role='img'>\n<title>",
            width, height, width, height);
    html_put(title, to);
    fputs("</title>\n<style>"
          "text{font:11px system-ui,sans-serif;fill:#222}"
          ".faint{fill:#666}.axis{stroke:#ddd}"
          ".mit{stroke:#222;stroke-dasharray:4 3}"
          ".box{fill-opacity:.25}.dot{fill-opacity:.55;stroke:none}"
          ".curve{fill:none;stroke-width:1.8}",
          to);
    for (int g = 0; g < MAX_GROUPS; g++)
        fprintf(to, ".g%d{fill:%s;stroke:%s}", g, light[g], light[g]);
    fputs("</style>\n", to);
}

// Writes a group's name. Of a long name only the end, which tells more.
static void put_name(const struct group *group, double x, double y, FILE *to)
{
    size_t length = strlen(group->raft);
    bool is_long = length > MAX_NAME;
    fprintf(to, "<text x='%.1f' y='%.1f'>%s", x, y, is_long ? "&#8230;" : "");
    html_put(group->raft + (is_long ? length - MAX_NAME : 0), to);
}

// ---- One test ----

static bool range_of(const struct data *data, const struct test *test,
                     enum figure figure, double *low, double *high)
{
    double mit = mit_figure(test, figure);
    bool is_any = mit >= 0;
    *low = *high = mit;
    for (int g = 0; g < data->n_groups; g++) {
        const struct samples *s = &test->figures[g][figure];
        if (s->n == 0)
            continue;
        double least = s->value[0], most = s->value[s->n - 1];
        *low = is_any && *low < least ? *low : least;
        *high = is_any && *high > most ? *high : most;
        is_any = true;
    }
    return is_any;
}

// Draws the dots in five lines, so that equal values can be distinguished.
static void put_strip(const struct samples *s, int g, const struct scale *scale,
                      double y, FILE *to)
{
    double q[5];
    static const double shares[5] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
    for (int k = 0; k < 5; k++)
        q[k] = place(scale, samples_quantile(s, shares[k]));
    fprintf(to,
            "<line class='g%d' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>"
            "<rect class='box g%d' x='%.1f' y='%.1f' width='%.1f' "
            "height='12'/>"
            "<line class='g%d' stroke-width='3' x1='%.1f' x2='%.1f' y1='%.1f' "
            "y2='%.1f'/>\n",
            g, q[0], q[4], y, y, g, q[1], y - 6, q[3] - q[1], g, q[2], q[2],
            y - 7, y + 7);
    int every = s->n / 200 + 1;  // About 200 dots are enough.
    for (int k = 0; k < s->n; k += every)
        fprintf(to, "<circle class='dot g%d' cx='%.1f' cy='%.1f' r='1.7'/>", g,
                place(scale, s->value[k]), y + (k / every % 5 - 2) * 2.5);
    fputc('\n', to);
}

static void put_mit(const struct scale *scale, double mit, double bottom,
                    FILE *to)
{
    double x = place(scale, mit);
    fprintf(to,
            "<line class='mit' x1='%.1f' x2='%.1f' y1='%d' y2='%.1f'/>"
            "<text x='%.1f' y='%d' text-anchor='middle'>MIT ",
            x, x, TOP - 6, bottom, x, TOP - 9);
    picture_put_number(mit, to);
    fputs("</text>\n", to);
}

static void put_panel(const struct data *data, const struct test *test,
                      enum figure figure, FILE *to)
{
    double left = LABELS + (double)figure * (PANEL + GAP), low, high;
    double bottom = TOP + data->n_groups * ROW;
    fprintf(to, "<text class='faint' x='%.1f' y='11'>%s", left,
            figure_names[figure]);
    if (!range_of(data, test, figure, &low, &high)) {
        fputs("</text>\n", to);
        return;
    }
    struct scale scale = make_scale(low, high, left, PANEL);
    fputs(scale.is_log ? " (logarithmic)</text>\n" : "</text>\n", to);
    put_ticks(&scale, TOP, bottom, to);
    for (int g = 0; g < data->n_groups; g++) {
        if (test->figures[g][figure].n > 0)
            put_strip(&test->figures[g][figure], g, &scale,
                      TOP + (g + 0.5) * ROW, to);
    }
    double mit = mit_figure(test, figure);
    if (mit >= 0)
        put_mit(&scale, mit, bottom, to);
}

void picture_of_test(const struct data *data, const struct test *test, FILE *to)
{
    char *title = alloc_format("%s %s: seconds, RPCs and bytes of each run",
                               test->suite, test->name);
    begin(WIDTH, TOP + data->n_groups * ROW + BOTTOM, title, to);
    for (int g = 0; g < data->n_groups; g++) {
        double y = TOP + (g + 0.5) * ROW;
        put_name(&data->groups[g], 0, y - 1, to);
        fprintf(to,
                "</text><text class='faint' x='0' y='%.1f'>%s time, %d of %d "
                "passed</text>\n",
                y + 11, data->groups[g].time, test->n_passed[g],
                test->n_runs[g]);
    }
    for (int f = 0; f < N_FIGURES; f++)
        put_panel(data, test, (enum figure)f, to);
    fputs("</svg>\n", to);
    free(title);
}

// ---- One measure ----

static const char *const dashes[MAX_GROUPS] = { "",        "7 3", "2 3",
                                                "9 3 2 3", "4 4", "1 4" };

static void put_curve(const struct samples *s, int g, const struct scale *scale,
                      FILE *to)
{
    double bottom = TOP + CURVES_H, step = CURVES_H / (double)s->n;
    int every = s->n / 1000 + 1;
    fprintf(to,
            "<path class='curve g%d' style='fill:none' stroke-dasharray='%s' "
            "d='M%.1f %.1f",
            g, dashes[g], place(scale, s->value[0]), bottom);
    for (int k = 0; k < s->n; k += every)
        fprintf(to, "H%.1fV%.1f", place(scale, s->value[k]),
                bottom - (k + 1) * step);
    fprintf(to, "H%.1fV%.1f'/>\n", place(scale, s->value[s->n - 1]),
            bottom - CURVES_H);
}

static void put_key(const struct data *data, int g, int line, FILE *to)
{
    double y = TOP + 12 + line * 18;
    fprintf(to,
            "<line class='g%d curve' stroke-dasharray='%s' x1='%d' x2='%d' "
            "y1='%.1f' y2='%.1f'/>\n",
            g, dashes[g], CURVES_X + CURVES_W + 20, CURVES_X + CURVES_W + 50,
            y - 4, y - 4);
    put_name(&data->groups[g], CURVES_X + CURVES_W + 58, y, to);
    fprintf(to, "<tspan class='faint'>, %s time</tspan></text>\n",
            data->groups[g].time);
}

static void put_shares(FILE *to)
{
    for (int share = 0; share <= 100; share += 25) {
        double y = TOP + CURVES_H - CURVES_H * share / 100.0;
        fprintf(to,
                "<line class='axis' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>"
                "<text class='faint' x='%d' y='%.1f' text-anchor='end'>%d%%"
                "</text>\n",
                CURVES_X, CURVES_X + CURVES_W, y, y, CURVES_X - 6, y + 4,
                share);
    }
}

void picture_of_measure(const struct data *data, enum measure measure, FILE *to)
{
    begin(WIDTH, TOP + CURVES_H + BOTTOM, measure_names[measure], to);
    fprintf(to,
            "<text class='faint' x='0' y='11'>%s: share that takes at most "
            "so many ms",
            measure_names[measure]);
    double low = 0, high = 0;
    bool is_any = false;
    for (int g = 0; g < data->n_groups; g++) {
        const struct samples *s = &data->groups[g].measured[measure];
        if (s->n == 0)
            continue;
        low = !is_any || s->value[0] < low ? s->value[0] : low;
        high = !is_any || s->value[s->n - 1] > high ? s->value[s->n - 1] : high;
        is_any = true;
    }
    struct scale scale = make_scale(low, high, CURVES_X, CURVES_W);
    fputs(scale.is_log ? " (logarithmic)</text>\n" : "</text>\n", to);
    put_shares(to);
    put_ticks(&scale, TOP, TOP + CURVES_H, to);
    int line = 0;
    for (int g = 0; g < data->n_groups; g++) {
        const struct samples *s = &data->groups[g].measured[measure];
        if (s->n == 0)
            continue;
        put_curve(s, g, &scale, to);
        put_key(data, g, line++, to);
    }
    fputs("</svg>\n", to);
}
