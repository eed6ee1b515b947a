// Functions that cannot be simulated, such as fork. The linker warns of each
// that the program uses, and calling it is reported, unless SIM_ALLOW names it.
// scripts/libsim-lists makes a file of REFUSED(fork) and so on.
#ifndef LIBSIM_REFUSE_H
#define LIBSIM_REFUSE_H

// Reports that the program calls this function, or returns if it may.
void refuse(const char *name, const void *place);

// Names and patterns of the functions that do no harm, those that are
// simulated, and those that are refused when they are called. Up to a NULL.
extern const char *const refuse_known[];

// They take integers and pointers, at most six. So one type serves for all. The
// linker prints the text of a section of such a name where it meets a call.
#define REFUSED(name)                                                          \
    __asm__(".pushsection .gnu.warning.__wrap_" #name "\n"                     \
            ".ascii \"" #name " cannot be simulated: a run that calls it "     \
            "fails\"\n.popsection");                                           \
    long __real_##name(long a, long b, long c, long d, long e, long f)         \
        __attribute__((weak));                                                 \
    long __wrap_##name(long a, long b, long c, long d, long e, long f);        \
    long __wrap_##name(long a, long b, long c, long d, long e, long f)         \
    {                                                                          \
        refuse(#name, __builtin_return_address(0));                            \
        return __real_##name(a, b, c, d, e, f);                                \
    }

#endif
