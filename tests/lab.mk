# Targets that test the lab itself. The Makefile includes this file; the handout
# lacks it.

# ---- Unit tests ----

# Some test how processes end: a sanitizer has its own ways.
SANITIZED := $(filter tsan asan,$(MODE))
ENDINGS_C := $(patsubst %,tests/unit/%.c,test_runner test_broken test_hangs test_build programs)
UNIT_C := $(filter-out %/dummies.c %/hangs.c $(if $(SANITIZED),$(ENDINGS_C)),$(wildcard tests/unit/*.c))
ENDINGS := $(call with_criterion,$(B)/dummy_lab) $(B)/dummy_simlab broken
UNIT_O := $(UNIT_C:%.c=$(B)/%.o)
HARNESS_O := $(filter-out $(B)/runner/% $(B)/tests/% $(X)/tests/%,$(LAB_O))
RUNNER_O := $(filter $(B)/runner/%,$(LAB_O))
BROKEN := $(patsubst tests/broken/%/,%,$(wildcard tests/broken/*/))

# Only what tests call is linked.
$(B)/grade.a: $(GRADE_O)
	@rm -f $@ && ar rc $@ $^
$(R)/unit: $(UNIT_O) $(filter-out $(B)/timing/main.o,$(TIMING_O)) $(RUNNER_O) $(REAL_O) \
    $(NO_CRITERION_O) $(HARNESS_O) $(WIRE_O) $(addprefix $(B)/judge/,layout.o meaning.o tokens.o values.o) \
    $(RAFT_LINKED) $(B)/grade.a $(B)/link
	$(call link,$(REAL_WRAPS) -Wl$(comma)--wrap=confine_run -Wl$(comma)--wrap=oom_kills,$(B)/grade.a $(GRADE_LDLIBS))
DUMMY_PARTS := $(addprefix $(B)/tests/unit/,dummies.o hangs.o) $(RUNNER_O) $(REAL_O) \
    $(HARNESS_O) $(RAFT_LINKED) $(B)/link
$(B)/dummy_lab: $(DUMMY_PARTS) $(NO_CRITERION_O)
	$(call link,$(REAL_WRAPS))
$(B)/dummy_lab-criterion: $(DUMMY_PARTS) $(CRITERION_O)
	$(call link,$(REAL_WRAPS),-lcriterion)
$(B)/dummy_simlab: $(B)/tests/unit/dummies.o $(SIM_O) $(VIRTUAL_O) $(RAFT_LINKED) $(B)/link \
    $(NO_CRITERION_O) $(RUNNER_O) $(filter-out $(NOT_SIM_O),$(HARNESS_O))
	$(call link,$(LAB_WRAPS),$(SIM_LDLIBS))
$(UNIT_O): CPPFLAGS += -I$(X)/gen $(XML_CPPFLAGS)
$(UNIT_O): | $(RAFT_X_H)

.PHONY: unit broken
broken: $(LAB_BIN)
	@for name in $(BROKEN); do \
	    $(MAKE) --no-print-directory RAFT=tests/broken/$$name lab || exit; \
	done
unit: $(R)/unit $(UNPACKER_BIN) $(if $(SANITIZED),,$(ENDINGS) $(HEADERS) $(B)/linked $(LAYOUT_BIN))
	@RAFTLAB_DUMMY_LAB=$(B)/dummy_lab \
	    RAFTLAB_DUMMY_SIMLAB=$(B)/dummy_simlab RAFTLAB_BUILD=$(B) \
	    $(R)/unit $(LAB_FLAGS) --jobs $(call side_by_side,$(shell nproc))

# Small programs with bugs. Each is compiled with its bug, and with FIXED without it.
PROGRAMS_C := $(filter-out %/program.c,$(wildcard bench/search/*.c))
PROGRAMS_IN := $(B)/$(if $(SANITIZED),,with-points/)
PROGRAMS_O := $(PROGRAMS_C:%.c=$(PROGRAMS_IN)%.o) $(PROGRAMS_C:%.c=$(PROGRAMS_IN)%.fixed.o) \
    $(B)/bench/search/program.o
$(PROGRAMS_IN)bench/search/%.fixed.o: bench/search/%.c | setup
	$(call compile,-DFIXED $(CPPFLAGS) $(CFLAGS) $(STRICT))

# The simulator's own tests. They need parts of the lab, and no Raft.
# ThreadSanitizer has its own functions in place of those of sim/accesses.c.
SIM_TESTS_C := $(filter-out tests/sim/test_accesses.c,$(wildcard tests/sim/*.c))
TEST_POINTS_O := $(if $(SANITIZED),,$(B)/with-points/tests/sim/test_accesses.o $(POINTS_O))
$(B)/sim_tests: $(patsubst %.c,$(B)/%.o,$(SIM_TESTS_C) $(wildcard tape/*.c) $(CORE)) $(SIM_O) $(PROGRAMS_O) \
    $(TEST_POINTS_O) $(B)/link
	$(call link,$(SIM_WRAPS),$(SIM_LDLIBS))

# They run in virtual time: the same program that has passed would pass again.
$(B)/sim_tests.passed: $(B)/sim_tests
	@$< && touch $@

# ---- The simulator for other programs (docs/libsim.md) ----

# Made with plain objects, for programs of whatever mode.
LIBSIM_O := $(patsubst %.c,$(B)/%.o,$(wildcard libsim/*.c)) $(SIM_O) \
    $(addprefix $(B)/,rt/symbols.o rt/shortage.o rt/clean.o rt/alloc.o rt/shared.o tape/memory.o)
$(B)/libsim/%.o $(B)/gen/libsim/%.o: CFLAGS = -std=gnu11 $(DEBUG) -O2
$(B)/gen/libsim/lists.c: scripts/libsim-lists $(wildcard virtual/*.txt libsim/*.txt) $(LIBSIM_O)
	@mkdir -p $(@D)
	@scripts/libsim-lists $(LIBSIM_O) > $@
$(B)/gen/libsim/lists.o: $(B)/gen/libsim/lists.c | setup
	$(call compile,$(CPPFLAGS) $(CFLAGS) $(STRICT))
build/libsim/libsim.a: $(LIBSIM_O) $(B)/gen/libsim/lists.o scripts/libsim sim/program.h docs/libsim.md \
    $(wildcard libsim/examples/*)
	@scripts/libsim $(CC) $(filter %.o,$^)
	@echo '  MADE  $(@D)'

.PHONY: libsim
ifeq ($(MODE),plain)
libsim: build/libsim/libsim.a
else
libsim:
	@echo 'raftlab: make libsim has no MODE=; sanitize the program that uses it' >&2; exit 2
endif

# ---- Tests of the tests; all tests ----

# With servers as processes.
PROCESSES := $(if $(filter 1,$(ISOLATED)),isolated-)

.PHONY: mutants
mutants: setup-test
	@JOBS='$(JOBS)' tests/scripts/$(PROCESSES)mutants $(T:%='%')

.PHONY: fuzz
fuzz: setup-test $(LAB_BIN) $(ISOLAB)
	@tests/scripts/fuzz 100

# Correct Rafts of other designs. They must pass.
.PHONY: variants
variants:
	@SEEDS='$(if $(filter-out file,$(origin SEEDS)),$(SEEDS))' JOBS='$(JOBS)' \
	    POINTS='$(POINTS)' tests/scripts/$(PROCESSES)variants $(T:%='%')

.PHONY: test test-long check
test: setup-test
	@tests/scripts/all
test-long: setup-test
	@tests/scripts/long
check: setup-test
	@tests/scripts/check

# ---- Benchmarks ----

.PHONY: bench
BENCH_C := $(filter-out bench/bench_sim.c,$(wildcard bench/bench_*.c))
bench: $(BENCH_C:bench/%.c=$(R)/bench/%) $(R)/bench/bench_sim
	@for b in $^; do echo "== $${b##*/}"; $$b || exit; done
$(R)/bench/%: $(B)/bench/%.o $(B)/bench/cluster.o $(HARNESS_O) $(RAFT_LINKED) $(B)/link
	$(call link)

# How soon the simulator's policies find the bugs of small programs.
.PHONY: bench-search
bench-search: $(B)/search
	@$< $(T:%='%')
$(B)/search: $(B)/bench/search.o $(PROGRAMS_O) $(POINTS_O) $(CORE:%.c=$(B)/%.o) $(SIM_O) $(B)/link
	$(call link,$(SIM_WRAPS),$(SIM_LDLIBS))

SIM_BENCH_O := $(addprefix $(B)/,bench/bench_sim.o bench/cluster.o) \
    $(addprefix $(B)/tester/,life.o process.o watchdog.o verdict.o telling.o frames.o freed.o interposed.o) \
    $(filter-out $(addprefix $(B)/virtual/,world.o watch.o),$(VIRTUAL_O)) $(CORE:%.c=$(B)/%.o) $(SIM_O)
$(R)/bench/bench_sim: $(SIM_BENCH_O) $(RAFT_LINKED) $(B)/link
	$(call link,$(LAB_WRAPS),$(SIM_LDLIBS))

# ---- The look of the code; the handout ----

C_FILES := $(wildcard */*.[ch] bench/*/*.[ch] libsim/examples/*.c tests/*/*.[ch] tests/*/*/*.[ch])
.PHONY: format lint handout
format: setup-test
	@clang-format -i $(C_FILES)
lint: setup-test $(GRADE_O) $(B)/unpacker $(SIM_BIN) $(ISOLAB) $(PEER_BIN) $(SHRINK_BIN) $(LAB_BIN) $(TIMING_BIN) $(LIBSIM_O)
	@tests/scripts/lint $(B) $(C_FILES)
handout:
	@scripts/handout

#:
#: for the lab itself:
#:   make test              all of the lab's own tests
#:   make test-long         what is too long for that: one hour or two
#:   make check             the quick ones, for after each change
#:   make unit              the unit tests and the broken Rafts alone
#:   make variants          correct Rafts of other designs, simulated; SEEDS=20, T=student,
#:                          POINTS=memory; ISOLATED=1: as processes
#:   make mutants           checks that the tests find each bug of tests/mutants/; T=;
#:                          ISOLATED=1: those of real time, in processes
#:   make fuzz              fuzzes the code that reads a student's bytes; 8 minutes
#:   make libsim            build/libsim: the simulator for other programs
#:   make bench             benchmarks
#:   make bench-search      how soon the simulator's policies find small programs' bugs; T=
#:   make format, lint      clang-format; clang-tidy and other checks
