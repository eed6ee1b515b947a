# Targets that grade submissions. The Makefile includes this file; the handout lacks it.

GRADE_BIN := $(B)/grader
GRADE_O := $(patsubst %.c,$(B)/%.o,$(wildcard grade/*.c)) $(B)/gen/grade/list.o $(B)/gen/grade/version.o
XML_CPPFLAGS := -isystem /usr/include/libxml2
GRADE_LDLIBS := -ljansson -lcrypto -lseccomp -lxml2 -lm
# It reads archives, confined.
UNPACKER_BIN := build/plain/unpacker
$(GRADE_BIN): LDLIBS = $(GRADE_LDLIBS)
$(GRADE_BIN): $(GRADE_O) $(addprefix $(B)/,$(addprefix rt/,alloc.o bad_input.o clean.o html.o oom.o processors.o shortage.o wrap.o) \
    runner/cause.o runner/signatures.o timing/samples.o) $(B)/link
	$(call link)
$(B)/unpacker: $(patsubst %.c,$(B)/%.o,$(wildcard unpack/*.c)) $(B)/link
	$(call link)
$(B)/unpacker: LDLIBS = -larchive -lseccomp
# A sanitizer's own calls would fail in it.
ifneq ($(B)/unpacker,$(UNPACKER_BIN))
.PHONY: $(UNPACKER_BIN)
$(UNPACKER_BIN):
	@$(MAKE) --no-print-directory MODE=plain CC=gcc $@
endif

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

# The version: a digest of all sources that decide about a score.
JUDGING := $(sort $(wildcard $(addsuffix /*.[ch],grade unpack runner tester checker record decode labrpc persister events \
    rt sim tape virtual judge peer wire views handin tests/graded tests/fig2 tests/cruel) raft/raft.[hx] page/* \
    scripts/compile scripts/build-submission scripts/check-* scripts/generate virtual/*.txt Makefile grade/grade.mk))
.PHONY: grade_version
$(B)/gen/grade/version.c: grade_version
	@mkdir -p $(@D)
	@sum=$$(cat $(JUDGING) | sha256sum | cut -c 1-16); { echo '#include "grade/version.h"'; \
	    echo "const char grade_version[] = \"$$sum\";"; } > $@.$$$$; \
	    cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@
$(B)/gen/grade/version.o: $(B)/gen/grade/version.c | setup
	$(call compile,$(CPPFLAGS) $(CFLAGS) $(STRICT))

# ---- What a submission is built with (scripts/build-submission) ----

# What a submission's files can include: the headers that students have, and no source.
HEADERS_H := $(wildcard $(patsubst %,%/*.h,rt events labrpc persister decode checker record tester \
    tape runner sim virtual wire judge peer shrink views timing)) raft/raft.h
HEADERS_H += $(wildcard virtual/*.txt)
HEADERS := build/headers
$(HEADERS): $(HEADERS_H) grade/grade.mk
	@rm -rf $@ $@.$$$$ && mkdir -p $@.$$$$ && cp --parents $(HEADERS_H) $@.$$$$ && mv $@.$$$$ $@

# What is linked with it, and how, for the mode.
PARTS_O := $(filter-out $(RAFT_LINKED) $(X)/%,$(filter %.o,$(SIM_PARTS) $(NO_CRITERION_O)))
GIVEN_READERS_O := $(READERS_C:%.c=$(X)/%.o)
$(B)/parts: $(PARTS_O) $(if $(filter plain,$(MODE)),$(GIVEN_READERS_O) $(SHRINK_O)) $(B)/link grade/grade.mk
	@{ echo "compile='$(CC) $(CPPFLAGS) $(CFLAGS)'"; echo "warn='$(WARN)'"; \
	    echo "link='$(CC) $(CFLAGS) -fno-lto $(LAB_WRAPS)'"; echo "libraries='$(LDLIBS) $(SIM_LDLIBS)'"; \
	    echo "parts='$(PARTS_O)'"; echo "shrink_parts='$(SHRINK_O) $(filter-out %/runner/main.o,$(PARTS_O))'"; echo "readers='$(READERS_C)'"; \
	    echo "given_readers='$(GIVEN_READERS_O)'"; echo "core='$(CORE:%.c=$(B)/%.o)'"; \
	} > $@.$$$$ && mv $@.$$$$ $@

# Copies of what the link reads, and of nothing else: beside the objects stand the
# reference's, and programs that it is linked into.
LINKED := $(sort $(PARTS_O) $(if $(filter plain,$(MODE)),$(GIVEN_READERS_O) $(SHRINK_O)))
$(B)/linked: $(B)/parts
	@rm -rf $@ $@.$$$$ && mkdir -p $@.$$$$ && cd $(B) && \
	    cp --parents parts $(LINKED:$(B)/%=%) $(@F).$$$$ && mv -T $(@F).$$$$ $(@F)

.PHONY: grade-parts parts
parts: $(B)/linked
grade-parts: $(HEADERS) $(B)/linked $(LAYOUT_BIN) $(ISOLAB) $(PEER_BIN) $(VIEW_BIN) $(UNPACKER_BIN)
	@for mode in tsan asan; do $(MAKE) --no-print-directory MODE=$$mode parts || exit; done

# ---- Grading ----

.PHONY: grade
grade: $(GRADE_BIN)
ifneq ($(COMPARE),)
	@$(GRADE_BIN) --compare $(COMPARE) || { status=$$?; $(IF_UNREAD); [ $$status = 1 ] || exit $$status; }
else ifeq ($(SUBS),)
	@echo 'raftlab: grade wants a folder of submissions: make grade SUBS=dir' >&2; exit 2
else
	@$(MAKE) --no-print-directory -s -j "$$(nproc)" grade-parts
	@$(if $(filter 1,$(SLURM)),scripts/grade-slurm) $(GRADE_BIN) $(SUBS) --out $(or $(OUT),build/grading) \
	    $(POINTS_FILE:%=--points %) $(SECRET:%=--secret %) $(addprefix --part ,$(PART)) $(JOBS:%=--jobs %) $(OR_UNREAD)
endif

.PHONY: gradescope
gradescope: $(GRADE_BIN)
	@scripts/gradescope $(GRADE_BIN) $(or $(POINTS_FILE),grade/points) $(SECRET)

#:
#: for staff (docs/staff.md):
#:   make handout           build/raftlab-handout.tar.gz, for students
#:   make grade SUBS=dir    grade each folder or archive in dir, confined; goes on
#:                          where it was; PART='2A 2B', POINTS_FILE=, JOBS=
#:   ... OUT=dir SECRET=file   where to (build/grading); what seeds are drawn from
#:   ... SLURM=1            on a cluster, a task for each submission
#:   make grade COMPARE='old new'   whose score differs in two gradings, and why
#:   make gradescope        build/raftlab-gradescope.zip, an autograder for Gradescope;
#:                          POINTS_FILE=, SECRET=
