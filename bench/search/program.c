#include "bench/search/program.h"

struct program *programs;
static struct program **end = &programs;

void program_add(struct program *program)
{
    *end = program;
    end = &program->next;
}
