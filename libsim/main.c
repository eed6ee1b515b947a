// The program starts here, in place of its own main.
#include "libsim/internal.h"

// The linker makes this of main, by --wrap=main.
int __wrap_main(int argc, char **argv, char **environment);

int __wrap_main(int argc, char **argv, char **environment)
{
    struct settings settings = settings_read();
    struct program program = { argc, argv, environment };
    program_check(&settings);
    run_check(&settings);
    if (settings.is_replay)
        run(&settings, &program, settings.first, NULL);
    return search(&settings, &program);
}
