// The program `timing`: makes a page of the figures that the lab has written
// with --csv, and of the records that these files name.
#include "rt/bad_input.h"
#include "timing/data.h"
#include "timing/page.h"

#include <stdlib.h>

static struct data data;

int main(int argc, char **argv)
{
    if (argc < 3)
        bad_input("timing",
                  "wants a folder to write to, and files that --csv wrote: "
                  "timing FOLDER FILE...");
    for (int k = 2; k < argc; k++)
        data_read(&data, argv[k]);
    if (data.n_tests == 0)
        bad_input("timing", "there is no run in these files");
    data_sort(&data);
    timing_page_write(&data, argv[1]);
    data_free(&data);
    return EXIT_SUCCESS;
}
