# Targets that grade submissions. The Makefile includes this file; the handout lacks it.

GRADE_BIN := $(B)/grade
GRADE_O := $(patsubst %.c,$(B)/%.o,$(wildcard grade/*.c))
$(GRADE_BIN): LDLIBS = -ljansson -larchive -lcrypto -lxml2
$(GRADE_BIN): $(GRADE_O) $(addprefix $(B)/rt/,alloc.o bad_input.o clean.o html.o wrap.o) $(B)/link
	$(call link)
