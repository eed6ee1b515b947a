# Targets that grade submissions. The Makefile includes this file; the handout lacks it.

GRADE_BIN := $(B)/grade
GRADE_O := $(patsubst %.c,$(B)/%.o,$(wildcard grade/*.c)) $(B)/gen/grade/list.o
XML_CPPFLAGS := -isystem /usr/include/libxml2
GRADE_LDLIBS := -ljansson -larchive -lcrypto -lseccomp -lxml2 -lm
$(GRADE_BIN): LDLIBS = $(GRADE_LDLIBS)
$(GRADE_BIN): $(GRADE_O) $(addprefix $(B)/rt/,alloc.o bad_input.o clean.o html.o shortage.o wrap.o) \
    $(B)/timing/samples.o $(B)/link
	$(call link)

# The list of all tests (grade/known.h), in the order of their sources. A Raft's own simlab
# could list others.
GRADE_TESTS_C := $(wildcard tests/graded/*.c tests/fig2/*.c tests/cruel/*.c)
$(B)/gen/grade/list.c: $(GRADE_TESTS_C) grade/grade.mk
	@mkdir -p $(@D)
	@{ echo '#include "grade/known.h"'; echo 'const struct known known_tests[] = {'; \
	    sed -nE 's/^LAB_TEST\((raft_)?([a-zA-Z0-9_]+), ([a-zA-Z0-9_]+)\)/    { "\2", "\3" },/p' \
	        $(GRADE_TESTS_C); echo '};'; \
	    echo 'const int known_count = sizeof known_tests / sizeof *known_tests;'; } > $@.$$$$; mv $@.$$$$ $@
$(B)/gen/grade/list.o: $(B)/gen/grade/list.c | setup
	$(call compile,$(CPPFLAGS) $(CFLAGS) $(STRICT))
$(B)/grade/junit.o: CPPFLAGS += $(XML_CPPFLAGS)
