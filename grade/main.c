// The program `grader`: grades a class. Nothing of a student, and nothing of a
// Raft, is linked with it.
#include "grade/class.h"
#include "grade/compare.h"
#include "grade/request.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

// A result that could not be printed is none.
static int end(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fputs("grade: not all of the output could be written\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");  // For the widths of characters.
    struct request request = request_of(argc, argv);
    if (request.old_out != NULL)
        return end(compare_print(request.old_out, request.new_out));
    if (request.subs == NULL)
        return end(class_merge(request.out));
    struct grading grading = grading_begin(&request);
    return end(request.merge  ? class_settle(&grading)
               : request.list ? class_list(&grading)
                              : class_grade(&grading));
}
