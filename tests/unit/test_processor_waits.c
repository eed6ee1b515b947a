// The waits of threads for a processor: whose fault they are.
#include "tester/processor_waits.h"

#include "rt/processors.h"
#include "rt/sanitizer.h"
#include "tests/unit/unit.h"

#define SECOND_NS INT64_C(1000000000)

// The processor time of a test that uses so much of what there is.
static int64_t used_ns(double part, int64_t elapsed_ns)
{
    return (int64_t)(part * processors_usable() * (double)elapsed_ns);
}

// A sanitizer makes a right Raft busy, too.
UNIT_TEST(processor_waits, are_the_tests_own_if_it_is_busy)
{
    bool is_plain = !HAS_SANITIZER;
    check(processor_waits_are_its_own(used_ns(0.9, SECOND_NS), SECOND_NS) ==
          is_plain);
    check(processor_waits_are_its_own(used_ns(0.6, SECOND_NS), SECOND_NS) ==
          is_plain);
    check(!processor_waits_are_its_own(used_ns(0.4, SECOND_NS), SECOND_NS));
    check(!processor_waits_are_its_own(0, SECOND_NS));
}
