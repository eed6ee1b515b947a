# raftlab: the MIT 6.824 Raft lab in C. `make help` lists the targets.
#
# A build has a mode (plain, or a sanitizer) and a Raft under test:
#   build/MODE/...             compiled once for all Rafts: tests, tester, network
#   build/MODE/raft-NAME/...   the Raft in RAFT=dir, its messages, and `lab`
#   build/MODE/memory-NAME/... the same with POINTS=memory

RAFT ?= raft
SUITE ?=
T ?=
MERGE ?=
SLURM ?=
ISOLATED ?=
TASKS ?=
N ?= 20
JOBS ?=
LIMIT ?=
LOG ?=
VIEW ?=
POINTS ?=
TOPICS ?=
SERVERS ?=
CSV ?=
TAPE ?=
BOUND ?=
JSON ?=
CC = gcc
MODE ?= plain

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
comma := ,
MAKEFLAGS += --no-builtin-rules

# ---- Bad input, refused before anything is built ----

# make expands the values of its command line where they are used, and the shell runs the
# result. So each value is checked first, unexpanded, by $(value).
DIGITS := 0 1 2 3 4 5 6 7 8 9
NAME_CHARS := $(DIGITS) a b c d e f g h i j k l m n o p q r s t u v w x y z \
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z _ . / + -

# $(call without,CHARACTERS,TEXT): the text without these characters.
without = $(if $1,$(call without,$(wordlist 2,99,$1),$(subst $(firstword $1),,$2)),$2)
# $(call want,VARIABLES,CHARACTERS,WHAT): fails unless the variables hold only these
# characters and spaces. It shows a value that does a terminal no harm.
unspaced = $(subst $() $(),,$(value $1))
want = $(foreach v,$1,$(if $(call without,$2,$(call unspaced,$v)),$(error \
    $v=$(if $(call without,$(NAME_CHARS),$(call unspaced,$v)),,$(value $v)): wants $3)))

# The shell itself uses the numbers from 10 on.
ifeq ($(shell case $$(ulimit -n) in (?|1?) ;; (*) echo enough ;; esac),)
$(error ulimit -n allows too few open files: raise it to 20 or more)
endif
ifneq ($(shell uname),Linux)
$(error raftlab runs on Linux; elsewhere in a container: the Dockerfile says how)
endif
ifeq ($(wildcard scripts/check-raft),)
$(error this is not the folder of the Makefile; make -C with its name works \
    from everywhere)
endif
VALUES := RAFT SUBS OUT SECRET POINTS_FILE MODE CC N JOBS SEEDS SEED FIRST POLICY LIMIT LOG GDB SIM CSV JSON VIEW THREADS MINUTES SLURM TASKS TAPE POINTS BOUND ISOLATED
$(foreach v,$(VALUES) T SUITE MERGE PART COMPARE,$(if $(filter command,$(origin $v)),$(if \
    $(strip $(value $v)),,$(error $v= is empty: give it a value or leave it out))))
$(call want,N JOBS SEEDS SEED FIRST LIMIT TASKS BOUND,$(DIGITS),a whole number)
$(call want,POLICY,$(NAME_CHARS) :,uniform$(comma) pct$(comma) pct:DEPTH or pos)
$(if $(filter command,$(origin PCT)),$(error PCT= is now POLICY=pct:3$(comma) of any depth))
$(call want,RAFT,$(NAME_CHARS),a folder in whose path are only letters$(comma) digits and _ . / + -)
$(call want,CC,$(NAME_CHARS),a compiler such as gcc or clang)
$(call want,POINTS,$(NAME_CHARS),memory)
$(call want,MODE,$(NAME_CHARS),plain$(comma) debug$(comma) tsan or asan)
$(call want,CSV JSON TAPE,$(NAME_CHARS),a file in whose path are only letters$(comma) digits and _ . / + -)
$(call want,MINUTES,$(DIGITS) .,a number)
$(call want,MERGE,$(NAME_CHARS),journals in whose paths are only letters$(comma) digits and _ . / + -)
$(call want,T,$(NAME_CHARS),names of tests or parts of them)
$(call want,SUITE,$(NAME_CHARS),names of suites such as 2A)
$(call want,PART,$(NAME_CHARS),parts such as 2A)
$(call want,SUBS OUT,$(NAME_CHARS),a folder in whose path are only letters$(comma) digits and _ . / + -)
$(call want,SECRET POINTS_FILE,$(NAME_CHARS),a file in whose path are only letters$(comma) digits and _ . / + -)
$(call want,COMPARE,$(NAME_CHARS),the folders of two gradings$(comma) in whose paths are only letters$(comma) digits and _ . / + -)
$(call want,LOG GDB SIM THREADS SLURM ISOLATED,0 1,1 for yes or 0 for no)
# make timing compares several Rafts, one after the other.
RAFTS := $(RAFT)
ifeq ($(MAKECMDGOALS),timing)
override RAFT := $(firstword $(RAFTS))
endif
$(if $(filter -%,$(RAFTS)),$(error RAFT="$(RAFTS)": a name that begins with a dash))
$(foreach v,$(VALUES),$(if $(word 2,$($v)),$(error \
    $v="$($v)": one$(comma) not several)))
$(foreach v,LOG GDB SIM THREADS SLURM ISOLATED,$(if $(filter-out 0 1,$($v)),$(error \
    $v=$($v): wants 1 for yes or 0 for no)))
$(if $(TASKS),$(if $(filter 1,$(SLURM)),,$(error TASKS= is for make hunt SLURM=1)))
$(if $(MERGE),$(if $(filter 1,$(SLURM)),$(error MERGE= joins journals: without SLURM=1)))
$(if $(CSV)$(JSON),$(if $(filter-out sim soak,$(MAKECMDGOALS))$(word 2,$(MAKECMDGOALS)),$(error \
    CSV= and JSON= are for make sim or make soak alone)))
$(call want,TOPICS SERVERS,$(NAME_CHARS),words or numbers)

# An option that would do nothing is told. A make that another make calls has the
# options of that one, so only the first is asked.
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $v)),$v))
# $(call only,VARIABLES,TARGETS): these are for these targets.
only = $(foreach v,$(filter $1,$(GIVEN)),$(if $(filter $2,$(MAKECMDGOALS)),,$(error \
    $v= is for make $(subst $() $(),$(comma) make ,$2))))
# $(call not_for,VARIABLES,TARGETS,WHY): these do nothing for these targets.
not_for = $(foreach v,$(filter $1,$(GIVEN)),$(if $(filter-out $2,$(or $(MAKECMDGOALS),help)),,$(error \
    $v= is not for make $(or $(firstword $(MAKECMDGOALS)),help)$3)))
ifeq ($(MAKELEVEL),0)
# What the files here do not name is no option of theirs. They also name all letters.
ALPHABET := $(filter-out T N,$(NAME_CHARS))
$(foreach v,$(filter-out MAKEFLAGS SHELL,$(GIVEN)),$(if \
    $(filter $v,$(filter-out $(ALPHABET),$(foreach f,Makefile $(wildcard tests/lab.mk grade/grade.mk),$(file < $f)))),,$(error \
    $v=: there is no such option; make help lists them)))
$(if $(COMPARE),$(call not_for,$(filter-out COMPARE,$(GIVEN)),grade, COMPARE=$(comma) which compares two gradings as they are))
$(if $(filter 1,$(SLURM)),$(call not_for,JOBS,grade, SLURM=1$(comma) of which each task grades one submission))
$(call not_for,T SUITE RAFT MODE CC SEEDS FIRST N LIMIT LOG,grade gradescope,; POINTS_FILE= says what is run$(comma) and how often)
$(call not_for,RAFT CC MODE,clean help handout format fuzz variants mutants test test-long check)
$(call not_for,RAFT,setup libsim bench-search)
$(call not_for,MODE,race asan,$(comma) which is a mode)
$(call not_for,MODE,handin)
$(call only,N,soak timing)
ALL_PARTS := 2A 2B 2C 2D fig2 run soak isolated sim race asan
$(call only,T,$(ALL_PARTS) replay show shrink hunt timing unit variants mutants bench-search)
$(call only,SUITE,$(ALL_PARTS) replay show shrink hunt timing unit)
$(call only,LIMIT,$(ALL_PARTS) replay show shrink hunt timing unit)
$(call only,JOBS,$(ALL_PARTS) hunt timing unit variants mutants grade)
$(call only,LOG,$(ALL_PARTS) replay show)
$(call only,SEEDS,sim timing variants race asan)
$(call only,FIRST,sim timing race asan)
$(call only,BOUND,sim)
$(call only,SEED TAPE,replay show shrink)
$(call only,GDB THREADS,replay show)
$(call only,POLICY,sim timing replay show shrink run fig2 race asan)
$(call only,SIM,race asan)
$(if $(filter 1,$(SIM)),,$(call not_for,SEEDS FIRST POLICY,race asan, without SIM=1$(comma) since it runs in real time))
$(call only,MINUTES MERGE TASKS,hunt)
$(call only,SLURM,hunt grade)
$(call only,SUBS OUT COMPARE PART,grade)
$(call only,SECRET POINTS_FILE,grade gradescope)
$(call only,ISOLATED,mutants variants)
$(if $(filter 1,$(ISOLATED)),$(foreach v,$(filter SEEDS POINTS,$(GIVEN)),$(error \
    $v= is for runs in virtual time: without ISOLATED=1)))
$(call only,POINTS,sim simlab replay show hunt shrink variants)
endif

EXPORTS := perfetto shiviz
ifneq ($(filter-out columns summary $(EXPORTS),$(VIEW)),)
$(error VIEW=$(VIEW): there are columns, summary, perfetto and shiviz)
endif
ifneq ($(and $(VIEW),$(if $(T)$(TAPE),,no)),)
$(error VIEW=$(VIEW) wants a test: T=rejoin)
endif
ifneq ($(and $(VIEW),$(filter-out 2A 2B 2C 2D replay,$(MAKECMDGOALS))),)
$(error VIEW= is for make replay and make 2A (2B, 2C, 2D))
endif
ifneq ($(and $(VIEW),$(filter 1,$(GDB))),)
$(error VIEW= shows a run that is over: without GDB=1)
endif
ifneq ($(and $(filter-out columns,$(or $(VIEW),none)),$(TOPICS)$(SERVERS)),)
$(error TOPICS= and SERVERS= choose what VIEW=columns shows)
endif
ifneq ($(and $(TAPE),$(T)$(SUITE)$(SEED)$(POLICY)),)
$(error TAPE= has a test, a seed and a schedule: leave T=, SUITE=, SEED= and POLICY= out)
endif
$(foreach v,RAFT CC T SUITE CSV JSON MERGE TAPE SUBS OUT PART SECRET POINTS_FILE COMPARE,$(if $(filter -%,$($v)),$(error \
    $v="$($v)": a name that begins with a dash)))
ifeq ($(filter plain debug tsan asan,$(MODE)),)
$(error MODE=$(MODE): there are plain, debug, tsan and asan)
endif
ifneq ($(filter-out memory,$(POINTS)),)
$(error POINTS=$(POINTS): there is memory)
endif
ifneq ($(and $(filter shrink,$(MAKECMDGOALS)),$(filter tsan asan,$(MODE))),)
$(error make shrink is for MODE=plain and MODE=debug; it cannot tell the reports of a sanitizer apart)
endif
ifneq ($(and $(POINTS),$(filter tsan asan,$(MODE))),)
$(error POINTS=memory is for MODE=plain and MODE=debug; a sanitizer watches the memory itself)
endif
# gcc and clang are installed if they are missing.
ifeq ($(filter gcc clang,$(CC)),)
ifneq ($(shell $(CC) -x c -fsyntax-only /dev/null > /dev/null 2>&1 || echo no),)
$(error CC=$(CC): there is no C compiler of this name; gcc and clang would do)
endif
endif
ifneq ($(and $(SUITE),$(filter 2A 2B 2C 2D fig2,$(MAKECMDGOALS))),)
$(error SUITE=$(SUITE): make $(MAKECMDGOALS) is of one suite; choose among its \
    tests with T=)
endif
WRONG := $(strip $(foreach r,$(RAFTS),$(shell scripts/check-raft $r)))
$(if $(WRONG),$(error $(WRONG)))

# ---- Flags ----

# gcc 11 warns of members that a designated initializer leaves out, if another has a
# compound literal. C makes them zero.
WARN = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wno-missing-field-initializers
STRICT = $(WARN) -Werror
CFLAGS_plain = -O2
CFLAGS_debug = -O0
CFLAGS_tsan = -O1 -fsanitize=thread
CFLAGS_asan = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
# libdw needs the aranges to find the source line of an address. gcc writes them by
# default.
DEBUG = -g -fno-omit-frame-pointer -fno-optimize-sibling-calls $(if $(filter clang%,$(CC)),-gdwarf-aranges)
CFLAGS = -std=gnu11 $(DEBUG) $(CFLAGS_$(MODE))
CPPFLAGS = -D_GNU_SOURCE -I. -I$(B)/gen -isystem /usr/include/tirpc
# The static libtirpc, where there is one: calls of it are faster, and the shared one loads
# Kerberos, which each fork copies. The sanitizers know only the shared one.
STATIC_TIRPC := $(filter %/libtirpc.a,$(if $(filter tsan asan,$(MODE)),,$(shell \
    $(CC) -print-file-name=libtirpc.a)))
LDLIBS = $(if $(STATIC_TIRPC),-l:libtirpc.a,-ltirpc) -ldw -lpthread

# ---- Files ----

ifeq ($(CC),gcc)
B := build/$(MODE)
else
B := build/$(MODE)-$(CC)
endif
R := $(B)/$(or $(POINTS),raft)-$(subst /,_,$(RAFT))

# Files that read the fields of messages. They are compiled for each raft.x, because a
# student's may have more fields than the given one. Rafts with the same raft.x share them.
READERS_C := $(wildcard decode/messages.c record/messages.c tests/fig2/*.c)

# Not every program is linked with these.
EITHER_OR := $(addprefix runner/,real_time.c real_world.c without_criterion.c criterion.c \
    criterion_args.c)

CORE := $(wildcard rt/*.c events/*.c labrpc/*.c persister/*.c)
LAB := $(CORE) $(filter-out tester/locked.c,$(wildcard checker/*.c tester/*.c tape/*.c)) \
    $(filter-out $(READERS_C) record/about.c,$(wildcard decode/*.c record/*.c)) \
    $(filter-out $(EITHER_OR),$(wildcard runner/*.c))
LAB += $(wildcard tests/graded/*.c)
RAFT_C := $(wildcard $(RAFT)/*.c)
# A Raft folder without a raft.x of its own uses the one that is given.
RAFT_X := $(or $(wildcard $(RAFT)/*.x),raft/raft.x)
# The name is a cryptographic hash, so that no raft.x can be made to have another's.
messages_of = $(B)/messages-$(shell sha256sum < $1 | cut -c 1-16)
X := $(call messages_of,$(RAFT_X))
RAFT_X_O := $(patsubst %.x,$(X)/gen/raft/%_x.o,$(notdir $(RAFT_X)))

RAFT_O := $(patsubst %.c,$(R)/%.o,$(notdir $(RAFT_C))) $(RAFT_X_O)

# Only changed files are compiled. The program depends on the list of files, too: a
# removed file is not linked any more.
RAFT_SUM := $(shell why=$$(scripts/forget $(RAFT) $(R) $(RAFT_X) 2>&1) || echo "$$why")
RAFT_LINKED := $(RAFT_O) $(R)/record/about.o $(R)/sum
ifneq ($(and $(RAFT_SUM),$(filter-out help clean,$(MAKECMDGOALS))),)
$(error $(R) cannot be written; the lab is built into the folder that it is in: \
    $(RAFT_SUM))
endif
LAB_O := $(LAB:%.c=$(B)/%.o) $(READERS_C:%.c=$(X)/%.o) $(B)/gen/tester/tester_x.o
LAB_BIN := $(R)/lab

# Only one program loads Criterion, PROGRAM-criterion, which PROGRAM --criterion starts.
# Under a sanitizer there is none: Criterion needs memory at addresses that ThreadSanitizer
# reserves, and gcc's AddressSanitizer moves the elements of its list of tests apart.
NO_CRITERION_O := $(B)/runner/without_criterion.o
CRITERION_O := $(B)/runner/criterion.o $(B)/runner/criterion_args.o
with_criterion = $1 $(if $(filter plain debug,$(MODE)),$1-criterion)

# simlab is linked from the same objects. Functions that block, read the time or draw a
# random number come from sim/; virtual/ connects it with the lab. Neither is instrumented
# by a sanitizer.
SIM_O := $(patsubst %.c,$(B)/%.o,$(filter-out sim/accesses.c,$(wildcard sim/*.c)))
# Linked with code that is compiled by scripts/with-points, in place of ThreadSanitizer.
POINTS_O := $(B)/sim/accesses.o
VIRTUAL_O := $(patsubst %.c,$(B)/%.o,$(wildcard virtual/*.c))
# Tests that only the simulator can run, and the objects that it replaces.
SIM_TESTS_O := $(patsubst %.c,$(B)/%.o,$(wildcard tests/cruel/*.c))
NOT_SIM_O := $(addprefix $(B)/tester/,stacks.o faults.o hang.o hang_frames.o \
    waits.o stack_groups.o sentence.o locks.o threads.o processor_waits.o tasks.o)
wraps = $(shell sed -n 's/^WRAPPED(\(.*\));$$/-Wl,--wrap=\1/p' $1)
# Only in real time: wrappers that note the calls on locks.
REAL_O := $(B)/runner/real_time.o $(B)/runner/real_world.o
ifneq ($(MODE),tsan)
REAL_O += $(B)/tester/locked.o
REAL_WRAPS := $(call wraps,tester/locked.h)
endif
SIM_WRAPS := $(call wraps,sim/wrapped.h)
LAB_WRAPS := $(SIM_WRAPS) $(call wraps,virtual/wrapped.h)
# The static library, because only that exports jump_fcontext in all releases (the shared
# one of Boost 1.92 does not).
SIM_LDLIBS := -l:libboost_context.a
SIM_BIN := $(R)/simlab

# The linker's command. A program is linked again when that changes.
LINK_SUM := $(shell new=$(B)/link.$$$$; \
    { echo '$(CC) $(CFLAGS) $(LDLIBS) $(SIM_LDLIBS) $(LAB_WRAPS) $(REAL_WRAPS)' > $$new && \
    { cmp -s $(B)/link $$new && rm $$new || mv $$new $(B)/link; }; } 2> /dev/null)

# The program that shows a record in the terminal. It needs neither the Raft nor the lab.
VIEW_BIN := $(B)/view

# ---- Compiling and linking ----

# $(call compile,FLAGS)
define compile
	@echo "  CC    $<"
	@mkdir -p $(@D)
	@scripts/compile $< $@ $(WITH_POINTS) $(CC) $(1)
endef
# As in scripts/compile, a complete file is moved into place.
# $(call link,FLAGS,LIBRARIES)
define link
	@echo "  LINK  $@"
	@mkdir -p $(@D)
	@new=$@.$$$$; { \
	    $(CC) $(CFLAGS) $(1) -o $$new $(filter %.o,$^) $(LDLIBS) $(2) && \
	    mv $$new $@; } || { status=$$?; rm -f $$new; exit $$status; }
endef

# Missing packages are installed before anything is compiled or generated.
NEEDS := $(filter gcc clang,$(CC)) $(if $(filter 1,$(GDB)),gdb) $(if $(filter grade gradescope,$(MAKECMDGOALS)),staff)
ifeq ($(CC)$(filter tsan asan,$(MODE)),clang$(MODE))
NEEDS += clang-sanitizer
endif

# Warnings are errors in our own Rafts, but not in students'. (The handout has no
# starter/: its raft/ is the student's.)
OURS := $(and $(wildcard starter),$(filter raft starter tests/variants/%,$(RAFT)))
RAFT_WARN := $(if $(OURS),$(STRICT),$(WARN))

# Only code under test has points at accesses of memory (POINTS=memory).
$(R)/%.o: WITH_POINTS = $(POINTS:memory=scripts/with-points)
$(B)/with-points/%.o: WITH_POINTS = scripts/with-points

$(B)/%.o: %.c | setup
	$(call compile,$(CPPFLAGS) $(CFLAGS) $(STRICT))

$(B)/with-points/%.o: %.c | setup
	$(call compile,$(CPPFLAGS) $(CFLAGS) $(STRICT))

$(R)/%.o: $(RAFT)/%.c | setup compile_commands.json
	$(call compile,-I$(X)/gen $(CPPFLAGS) $(CFLAGS) $(RAFT_WARN))

$(X)/%.o: %.c | setup
	$(call compile,-I$(X)/gen $(CPPFLAGS) $(CFLAGS) $(STRICT))

# The record's description of the Raft. It changes with each edit of the Raft.
RAFT_DIGEST = $(firstword $(shell cd $(RAFT) && sha256sum *.[chx] 2> /dev/null | sha256sum))
$(R)/record/about.o: record/about.c record/internal.h $(R)/sum | setup
	@mkdir -p $(@D)
	@scripts/compile $< $@ $(CC) $(CPPFLAGS) $(CFLAGS) $(STRICT) -DRAFT='"$(RAFT)"' \
	    -DRAFT_DIGEST='"$(RAFT_DIGEST)"'

# Does it define all functions of raft.h, and none of the lab's?
$(R)/checked: $(RAFT_LINKED)
	@scripts/check-objects $(RAFT) $(filter $(R)/%.o,$^)
	@touch $@

LAB_PARTS := $(LAB_O) $(REAL_O) $(RAFT_LINKED) $(B)/link
$(LAB_BIN): $(LAB_PARTS) $(NO_CRITERION_O) | $(R)/checked $(VIEW_BIN)
	$(call link,$(REAL_WRAPS))
$(LAB_BIN)-criterion: $(LAB_PARTS) $(CRITERION_O) | $(R)/checked
	$(call link,$(REAL_WRAPS),-lcriterion)

$(VIEW_BIN): LDLIBS = -ljansson
$(VIEW_BIN): $(patsubst %.c,$(B)/%.o,$(wildcard views/*.c) rt/bad_input.c rt/clean.c rt/wrap.c) $(B)/link
	$(call link)

$(B)/gen/%_x.c $(B)/gen/%_x.h: %.x | setup
	@echo "  GEN   $<"
	@scripts/generate $(CC) $< $(basename $@)
# The folder is named after the contents of raft.x, so its date does not matter.
$(X)/gen/raft/%_x.c $(X)/gen/raft/%_x.h: | $(dir $(firstword $(RAFT_X)))%.x setup
	@echo "  GEN   $(RAFT_X)"
	@scripts/generate $(CC) $(RAFT_X) $(basename $@) scripts/check-messages $(CC)
%_x.o: %_x.c
	@$(CC) $(CPPFLAGS) $(CFLAGS) -w -c -o $@.$$$$ $< && mv $@.$$$$ $@

RAFT_X_H := $(RAFT_X_O:.o=.h)
TESTER_X_H := $(B)/gen/tester/tester_x.h
$(patsubst %.c,$(R)/%.o,$(notdir $(RAFT_C))) $(READERS_C:%.c=$(X)/%.o): | $(RAFT_X_H)
$(B)/tester/applied.o: | $(TESTER_X_H)

# For clangd. Checked each time that a Raft is built, because it depends on which files
# exist.
.PHONY: compile_commands.json
compile_commands.json: $(RAFT_X_H) $(TESTER_X_H)
	@scripts/compile-commands $(CC) $(RAFT) $(dir $(firstword $^)) $(dir $(lastword $^)) \
	    -std=gnu11 $(subst -I$(B)/gen,,$(CPPFLAGS)) $(XML_CPPFLAGS) $(WARN)

-include $(shell find $(B) -path '$(B)/raft-*' -prune -o -path '$(B)/memory-*' -prune -o -name '*.d' -print 2> /dev/null)
-include $(wildcard $(R)/*.d $(R)/shared/*.d)

# ---- Setting up ----

.PHONY: setup setup-test
setup:
	@./setup $(NEEDS)
setup-test:
	@./setup test

# ---- Running ----

FILE_FLAGS = $(LIMIT:%=--limit '%') --logs $(R)/logs --view $(VIEW_BIN) --page page/write
LAB_FLAGS = $(SUITE:%=--suite '%') $(T:%=--test '%') $(FILE_FLAGS)
ROWS = $(CSV:%=--csv '%') $(JSON:%=--json '%')
LAB_ENV = $(LOG:%=RAFTLAB_LOG=%)

# $(call side_by_side,MOST): the number of tests that run at the same time. A test under
# ThreadSanitizer takes up to 0.7 GB; most take far less.
side_by_side = $(or $(JOBS),$(if $(filter tsan asan,$(MODE)),$(shell \
    scripts/jobs 512 $1),$1))

# If nobody reads a program's output any more (make 2A | head), it is killed by SIGPIPE.
# make dies of it, too: otherwise it would print an error.
IF_UNREAD = [ $$status != 141 ] || kill -PIPE $$PPID
OR_UNREAD = || { status=$$?; $(IF_UNREAD); exit $$status; }

# Targets that run in both times end here if this fails.
FIRST_IN_VIRTUAL_TIME = $(SIM_BIN) $(SIM_FLAGS) || { status=$$?; $(IF_UNREAD); \
    case $$status in \
    1) echo 'Not run in real time, since it fails in virtual time.' ;; \
    3) echo 'Not run in real time, since this machine has too little for virtual time.' ;; \
    esac; exit $$status; }

# The graded tests. There are others: tests/fig2 and tests/cruel.
run timing-rows isolated: SUITE := $(or $(SUITE),2A 2B 2C 2D)
2A 2B 2C 2D fig2: SUITE = $@

.PHONY: run 2A 2B 2C 2D fig2 soak race asan
run: $(LAB_BIN) $(SIM_BIN)
	@echo 'In virtual time:'
	@$(FIRST_IN_VIRTUAL_TIME)
	@echo
	@echo 'In real time, $(call side_by_side,8) tests at a time:'
	@$(LAB_ENV) $(LAB_BIN) $(LAB_FLAGS) --jobs $(call side_by_side,8) --table \
	    $(OR_UNREAD)

# The variables of a make command that repeats this one.
AGAIN = $(patsubst %, RAFT=%,$(filter-out raft,$(RAFT)))$(POLICY:%= POLICY=%)$(POINTS:%= POINTS=%)$(LIMIT:%= LIMIT=%)$(patsubst \
    %, MODE=%,$(filter-out plain,$(MODE)))$(patsubst %, CC=%,$(filter-out gcc,$(CC)))

# $(call viewed,COMMAND): runs tests, records each, and shows or exports the records.
define viewed
@rm -rf $(R)/viewed && mkdir -p $(R)/viewed && { \
    $(1) --record $(R)/viewed > $(R)/viewed/log 2>&1; status=$$?; \
    for record in $(R)/viewed/*.jsonl; do \
        [ -e "$$record" ] || { cat $(R)/viewed/log; exit $$status; }; \
        $(if $(filter $(EXPORTS),$(VIEW)),scripts/export $(VIEW_BIN) $(VIEW) "$$record" \
            $(R)/logs,$(VIEW_BIN) $(VIEW) $(if $(TOPICS),--topics '$(TOPICS)') \
            $(if $(SERVERS),--servers '$(SERVERS)') "$$record") || exit; \
    done; \
    [ $$status = 0 ] || sed -n '/^  its page: /p; $$s|.*|  its output: $(R)/viewed/log|p' \
        $(R)/viewed/log; \
    exit $$status; }
endef

2A 2B 2C 2D: $(LAB_BIN)
ifneq ($(VIEW),)
	$(call viewed,$(LAB_ENV) $(LAB_BIN) $(LAB_FLAGS) --jobs $(or $(JOBS),1))
else
	@$(LAB_ENV) $(LAB_BIN) $(LAB_FLAGS) --jobs $(or $(JOBS),1) || { status=$$?; $(IF_UNREAD); \
	    [ $$status != 1 ] || printf '%s\n' 'What shows more:' \
	    '  make sim SUITE=$@ SEEDS=50$(AGAIN)   what fails there can be replayed' \
	    '  make fig2 T=$@$(AGAIN)               the line of Figure 2 that is missing' \
	    '  make $@ T=NAME LOG=1$(AGAIN)         that test with your debug log' \
	    '  make $@ T=NAME VIEW=columns$(AGAIN)  that test, a column a server'; \
	    exit $$status; }
endif

# Runs a command with a long output. The output goes to this file; the failures are shown,
# each once.
define quietly
@$(2) > $(R)/$(1).$$$$ 2>&1; status=$$?; \
    mv $(R)/$(1).$$$$ $(R)/$(1); \
    sed -n '/: runs again by itself at the end: /d; /^FAILED\|^INCONCLUSIVE/,$$p' $(R)/$(1) | \
        grep . || \
    grep -E '^(fig2:|wall) ' $(R)/$(1) || cat $(R)/$(1) >&2; \
    exit $$status
endef

# Two calls at the same time meet only in some schedules, so several are tried, of two
# policies. In real time these tests hardly use the processor, so many run at the same time.
FIG2_SEEDS := 20
FIG2_POLICY := pct:5
MORE_SEEDS = $(SIM_BIN) $(SIM_FLAGS) --runs $(FIG2_SEEDS) --jobs $(call side_by_side,$(shell nproc))
fig2: $(LAB_BIN) $(SIM_BIN)
	@$(LAB_ENV) $(FIRST_IN_VIRTUAL_TIME)
	@echo; echo 'With $(FIG2_SEEDS) seeds, and with $(FIG2_SEEDS) of POLICY=$(FIG2_POLICY):'
	$(call quietly,fig2.sim.log,$(MORE_SEEDS))
	$(call quietly,fig2.policy.log,$(foreach POLICY,$(FIG2_POLICY),$(MORE_SEEDS)))
	@echo; echo 'In real time:'
	$(call quietly,fig2.log,$(LAB_BIN) $(LAB_FLAGS) --jobs $(call side_by_side,16))

soak: $(LAB_BIN)
	@$(LAB_ENV) $(LAB_BIN) $(LAB_FLAGS) --jobs $(call side_by_side,8) --runs $(N) $(ROWS) \
	    $(OR_UNREAD)

# The times of elections and commits come from records. Only some runs are recorded:
# records of all would fill the disk.
RECORDED := 5
TIMING_SEEDS = $(if $(filter file,$(origin SEEDS)),20,$(SEEDS))
TIMING_N = $(if $(filter file,$(origin N)),,$(N))
TIMING_BIN := $(B)/timing_page

# $(call timed,COMMAND,RUNS,FIRST OPTION,NAME): the recorded runs, then the others.
define timed
@first=$(or $(FIRST),1) runs=$(strip $(2)) recorded=$(RECORDED); \
    [ $$runs -gt $$recorded ] || recorded=$$runs; \
    run() { $(1) "$$@" >> $(R)/timing/$(4).log 2>&1; \
        case $$? in 0|1|3) ;; *) cat $(R)/timing/$(4).log >&2; exit 2 ;; esac; }; \
    run --runs $$recorded $(if $(3),$(3) $$first) --csv $(R)/timing/$(4)-recorded.csv \
        --record $(R)/timing/records/$(4); \
    [ $$runs = $$recorded ] || run --runs $$((runs - recorded)) \
        $(if $(3),$(3) $$((first + recorded))) --csv $(R)/timing/$(4).csv; \
    echo "$(RAFT), $(4) time: $$runs runs of each test"
endef

.PHONY: timing timing-rows
timing-rows: $(SIM_BIN) $(if $(TIMING_N),$(LAB_BIN))
	@rm -rf $(R)/timing && mkdir -p $(R)/timing
	$(call timed,$(SIM_BIN) $(SIM_FLAGS) --jobs $(call side_by_side,$(shell nproc)),$(TIMING_SEEDS),--first,virtual)
	$(if $(TIMING_N),$(call timed,$(LAB_BIN) $(LAB_FLAGS) --jobs $(call side_by_side,8),$(TIMING_N),,real))
timing: $(TIMING_BIN)
	@for raft in $(RAFTS); do \
	    $(MAKE) --no-print-directory RAFT=$$raft timing-rows || exit; \
	done
	@rm -f build/timing/*.svg
	@$(TIMING_BIN) build/timing $(foreach r,$(RAFTS),$$(ls -r $(B)/raft-$(subst /,_,$r)/timing/*.csv))
	@rm -rf $(foreach r,$(RAFTS),$(B)/raft-$(subst /,_,$r)/timing/records)

TIMING_O := $(patsubst %.c,$(B)/%.o,$(wildcard timing/*.c)) $(B)/runner/mit.o
$(TIMING_BIN): $(TIMING_O) $(filter $(B)/rt/%,$(LAB_O)) $(B)/link
	$(call link,,-lm)

# A sanitizer's report fails the test.
race: ; @$(MAKE) --no-print-directory MODE=tsan $(if $(filter 1,$(SIM)),sim,sanitized) $(OR_UNREAD)
asan: ; @$(MAKE) --no-print-directory MODE=asan $(if $(filter 1,$(SIM)),sim,sanitized) $(OR_UNREAD)

.PHONY: sanitized lab
# ThreadSanitizer makes a thread slowly: more tests than processors would make each other late.
sanitized: $(LAB_BIN)
	@$(LAB_ENV) $(LAB_BIN) $(LAB_FLAGS) \
	    --jobs $(call side_by_side,$(if $(filter tsan,$(MODE)),$(shell nproc),8)) $(OR_UNREAD)
lab: $(call with_criterion,$(LAB_BIN))

# ---- The simulator ----

$(B)/sim/%.o $(B)/virtual/%.o: CFLAGS = -std=gnu11 $(DEBUG) -O2 -Wfatal-errors \
    $(if $(filter debug,$(MODE)),-DSIM_CHECKS)
SIM_PARTS := $(filter-out $(NOT_SIM_O),$(LAB_O)) $(SIM_TESTS_O) $(SIM_O) \
    $(VIRTUAL_O) $(RAFT_LINKED) $(if $(POINTS),$(POINTS_O)) $(B)/link
$(SIM_BIN): $(SIM_PARTS) $(NO_CRITERION_O) | $(R)/checked $(VIEW_BIN)
	@OBJDUMP=$$($(CC) -print-prog-name=objdump) \
	    scripts/check-symbols $(RAFT_O) -- $(CORE:%.c=$(B)/%.o)
	$(call link,$(LAB_WRAPS),$(SIM_LDLIBS))
# The program that shrinks a failing run: simlab with another main.
SHRINK_BIN := $(R)/shrink
SHRINK_O := $(patsubst %.c,$(B)/%.o,$(wildcard shrink/*.c))
$(SHRINK_BIN): $(SHRINK_O) $(filter-out $(B)/runner/main.o,$(SIM_PARTS)) $(NO_CRITERION_O) | $(SIM_BIN)
	$(call link,$(LAB_WRAPS),$(SIM_LDLIBS))
$(SIM_BIN)-criterion: $(SIM_PARTS) $(CRITERION_O) | $(R)/checked
	$(call link,$(LAB_WRAPS),$(SIM_LDLIBS) -lcriterion)

# ---- One server, one process ----

# isolab is the judge: lab without a Raft. It is linked once for all Rafts, from what is
# trusted alone. Each server is a process of the program raft-peer, which loads the Raft as
# a shared object. The judge is compiled with the given raft.x, never with a student's.
GIVEN_X := $(firstword $(wildcard judge/given.x) raft/raft.x)
# Its messages have one more field: the bytes of a student's own (judge/codecs.c).
G := $(B)/judged
ifneq ($(filter isolated,$(MAKECMDGOALS)),)
ifneq ($(filter tsan asan,$(MODE)),)
$(error MODE=$(MODE): make isolated is for MODE=plain and MODE=debug)
endif
endif
ISOLAB := $(B)/isolab
PEER_BIN := $(B)/raft-peer
OBJECT := $(R)/raft.so
WIRE_O := $(patsubst %.c,$(B)/%.o,$(wildcard wire/*.c))
GIVEN_READERS_C := $(READERS_C) judge/methods.c judge/codecs.c
GIVEN_READERS_O := $(GIVEN_READERS_C:%.c=$(G)/%.o)
JUDGE_O := $(patsubst %.c,$(B)/%.o,$(filter-out $(GIVEN_READERS_C),$(wildcard judge/*.c))) $(GIVEN_READERS_O)
$(G)/%.o: %.c | setup
	$(call compile,-I$(G)/gen $(CPPFLAGS) $(CFLAGS) $(STRICT))
$(G)/raft.x: $(GIVEN_X)
	@mkdir -p $(@D)
	@sed 's/^};$$/    opaque own<>;\n};/' $< > $@
$(G)/gen/raft/%_x.c $(G)/gen/raft/%_x.h: $(G)/raft.x | setup
	@echo "  GEN   $<"
	@scripts/generate $(CC) $< $(basename $@)
$(GIVEN_READERS_O): | $(G)/gen/raft/raft_x.h
# The objects that judge/ replaces.
NOT_JUDGE_O := $(filter-out %/faults.o %/processor_waits.o %/tasks.o,$(NOT_SIM_O)) $(B)/tester/process.o $(B)/labrpc/handler.o
$(ISOLAB): $(filter-out $(NOT_JUDGE_O) $(X)/%,$(LAB_O)) $(JUDGE_O) $(WIRE_O) $(NO_CRITERION_O) \
    $(B)/runner/real_time.o $(B)/record/about.o $(B)/link
	$(call link)

# What a Raft may call of the lab, besides what peer/ has.
PEER_RT_O := $(patsubst %,$(B)/rt/%.o,alloc bad_input bytes channel clean clock draw go rng shortage unseen yield)
PEER_O := $(patsubst %.c,$(B)/%.o,$(wildcard peer/*.c)) $(WIRE_O) $(PEER_RT_O) $(B)/labrpc/codec.o
$(PEER_BIN): $(PEER_O) $(B)/link
	$(call link,-rdynamic -Wl$(comma)--no-as-needed)
$(PEER_BIN): LDLIBS = -ltirpc -lseccomp -lpthread
$(OBJECT): LDLIBS = -ltirpc -lpthread

OBJECT_O := $(patsubst %.c,$(R)/shared/%.o,$(notdir $(RAFT_C))) $(X)/shared/$(basename $(notdir $(RAFT_X)))_x.o
$(R)/shared/%.o: $(RAFT)/%.c | setup compile_commands.json $(RAFT_X_H)
	$(call compile,-fPIC -I$(X)/gen $(CPPFLAGS) $(CFLAGS) $(RAFT_WARN))
$(X)/shared/%_x.o: $(X)/gen/raft/%_x.c
	@mkdir -p $(@D)
	@$(CC) -fPIC $(CPPFLAGS) -I$(X)/gen $(CFLAGS) -w -c -o $@.$$$$ $< && mv $@.$$$$ $@
$(OBJECT): $(OBJECT_O) $(R)/sum | $(R)/checked
	$(call link,-shared -Wl$(comma)--wrap=channel_send)

.PHONY: isolated
isolated: $(ISOLAB) $(PEER_BIN) $(OBJECT) $(VIEW_BIN)
	@$(LAB_ENV) $(ISOLAB) $(LAB_FLAGS) --peer $(PEER_BIN) --object $(OBJECT) \
	    --layout $(RAFT_X) --raft $(RAFT) --digest $(RAFT_DIGEST) --jobs $(call side_by_side,8) $(OR_UNREAD)

SEEDS ?= 1
FIRST ?= 1
SIM_FLAGS = $(LAB_FLAGS) $(POLICY:%=--policy '%') --replay \
    'make replay$(AGAIN)'

.PHONY: simlab sim replay show shrink
simlab: $(call with_criterion,$(SIM_BIN))
sim: $(SIM_BIN)
	@$(LAB_ENV) $(SIM_BIN) $(SIM_FLAGS) --runs '$(SEEDS)' --first '$(FIRST)' \
	    $(BOUND:%=--bound '%') --jobs $(if $(BOUND)$(filter-out 1,$(SEEDS)),$(call \
	    side_by_side,$(shell nproc)),$(or $(JOBS),1)) $(ROWS) $(OR_UNREAD)

# The journal is in the Raft's folder: a changed Raft begins a new one.
.PHONY: hunt
hunt: $(SIM_BIN) $(SHRINK_BIN)
ifeq ($(SLURM),1)
	@scripts/hunt-slurm $(R)/hunt $(or $(TASKS),16) $(or $(JOBS),1) $(or $(MINUTES),10) \
	    $(SIM_BIN) $(SIM_FLAGS) --shrink $(SHRINK_BIN)
else
	@$(SIM_BIN) $(SIM_FLAGS) --shrink $(SHRINK_BIN) --hunt $(R)/hunt --jobs $(call side_by_side,$(shell nproc)) \
	    $(MINUTES:%=--minutes '%') $(MERGE:%=--merge '%') $(OR_UNREAD)
endif

REPLAY = $(SIM_BIN) $(SIM_FLAGS) $(if $(TAPE),--tape $(TAPE),--first $(SEED)) --record $(R)/logs \
    $(if $(filter 1,$(THREADS)),--threads)

# All three want one run: a test and a seed, or a tape.
AGAIN_BY = $(firstword $(filter replay show shrink,$(MAKECMDGOALS)))
.PHONY: one_run
one_run: $(SIM_BIN)
ifneq ($(TAPE),)
else ifeq ($(and $(T),$(SEED)),)
	@echo 'raftlab: $(AGAIN_BY) wants a test and a seed: make $(AGAIN_BY) T=churn SEED=7; or TAPE=FILE' >&2; exit 2
else
	@tests=$$($(SIM_BIN) $(LAB_FLAGS) --list) || exit; set -- $$tests; [ $$# = 1 ] || { \
	    echo "raftlab: $(AGAIN_BY) wants one test; T='$(T)' means $$#: $$1, $$2, ..." >&2; exit 2; }
endif

replay: one_run
ifeq ($(GDB),1)
	@$(LAB_ENV) gdb -q -ex 'set follow-fork-mode child' -ex 'set confirm off' \
	    -ex 'break test_fail' \
	    --args $(REPLAY) --os-threads
else ifneq ($(VIEW),)
	$(call viewed,$(LAB_ENV) $(REPLAY))
else
	@RAFTLAB_LOG=$(or $(LOG),1) $(REPLAY) $(OR_UNREAD)
endif

# A failed run is shown like any other: failures are the main use.
show: one_run
	@$(LAB_ENV) $(REPLAY) || { status=$$?; $(IF_UNREAD); [ $$status = 1 ] || exit $$status; }

# A small run that fails alike. After Ctrl-C there is a tape, too; after a second one
# there is none, and an older tape is not shown.
SHRUNK = $(R)/shrunk/$(if $(TAPE),$(notdir $(basename $(TAPE))),$(subst /,-,$(T))$(subst :,-,$(POLICY:%=-%))-seed$(SEED)).tape
shrink: one_run $(SHRINK_BIN)
	@mkdir -p $(R)/shrunk
	@rm -f $(SHRUNK).new; trap : INT; status=0; \
	$(SHRINK_BIN) $(SIM_FLAGS) $(if $(TAPE),--tape $(TAPE),--first $(SEED)) \
	    --save-tape $(SHRUNK).new || status=$$?; \
	[ -e $(SHRUNK).new ] || exit $$status; mv $(SHRUNK).new $(SHRUNK); \
	scripts/show-shrunk $(VIEW_BIN) $(SHRUNK) \
	    $(SIM_BIN) $(FILE_FLAGS) --replay 'make replay $(filter-out POLICY=%,$(AGAIN))' || exit; \
	exit $$status

# ---- Handing in ----

# Copies what is handed in. It is made of the grader's code, which refuses the rest.
HANDIN_BIN := $(B)/handin_files
$(HANDIN_BIN): LDLIBS =
$(HANDIN_BIN): $(addprefix $(B)/,handin/main.o grade/raft_files.o grade/raft_folder.o rt/alloc.o \
    rt/bad_input.o rt/clean.o rt/shortage.o) $(B)/link
	$(call link)

# Is the Raft's raft.x one that the judge can read?
LAYOUT_BIN := $(B)/check_layout
LAYOUT_O := $(patsubst %,$(B)/%.o,handin/check_layout $(addprefix judge/,layout meaning messages tokens values) \
    $(addprefix rt/,alloc bad_input bytes clean shortage)) $(G)/judge/codecs.o
$(LAYOUT_BIN): LDLIBS = -ltirpc
$(LAYOUT_BIN): $(LAYOUT_O) $(B)/link
	$(call link)

.PHONY: handin check_layout
check_layout: $(LAYOUT_BIN)
	@$< $(RAFT_X)
handin: $(HANDIN_BIN)
	@scripts/handin $(RAFT) $(CC) $(HANDIN_BIN)

# ---- Grading ----

-include $(wildcard grade/grade.mk)

# ---- The lab's own tests ----

# Only in the full repository: the handout has neither these targets nor their files.
LAB_MK := $(wildcard tests/lab.mk)
ifneq ($(LAB_MK),)
include $(LAB_MK)
else
OF_THE_LAB := test test-long check unit variants mutants fuzz libsim bench format lint handout $(if $(wildcard grade/grade.mk),,grade gradescope)
.PHONY: $(OF_THE_LAB)
$(OF_THE_LAB):
	@echo 'raftlab: make $@ is for the lab itself, and needs its full repository' >&2; exit 2
endif

# ---- Tidying ----

.PHONY: clean help
clean:
	@rm -rf build compile_commands.json

help:
	@sed -n 's/^#: \{0,1\}//p' $(firstword $(MAKEFILE_LIST)) $(wildcard grade/grade.mk) $(LAB_MK)

#: raftlab: the MIT 6.824 Raft lab in C
#:
#:   make 2A (2B, 2C, 2D)   run the tests of one part
#:   make run               run all parts, 8 tests at a time, and print a table
#:   make fig2 (T=2A)       each line of Figures 2 and 13 by a test of its own
#:   make soak N=20         run every test N times; minimum, median, maximum
#:   make isolated          all parts, each life of a server a process of its own: its
#:                          crash is a crash (T=, SUITE=)
#:   make timing            a page of how long runs, elections and commits take;
#:                          RAFT='mine raft' compares; N=20 adds real time
#:   make sim SEEDS=100     run every test with 100 seeds, in virtual time
#:   make replay T= SEED=   replay one of those, with the debug log and a record;
#:                          GDB=1: in gdb
#:   make replay T= SEED= VIEW=columns   the same, a column a server (also make
#:                          2A T=); VIEW=summary: why it failed, in 30 lines;
#:                          VIEW=perfetto, VIEW=shiviz: a file for these viewers
#:   make show T= SEED=     show one of those in a page, for a browser;
#:                          THREADS=1: with the turns and locks of its threads
#:   make shrink T= SEED=   a small run that fails as this one does, in columns
#:   make replay TAPE=file  the run of a tape, which has its test; also with show
#:                          and shrink
#:   make hunt MINUTES=10   look for failures until then, by all policies; the next
#:                          hunt goes on; MERGE='a b' joins journals to its own;
#:                          SLURM=1 TASKS=64: on a cluster, by so many tasks
#:   make race              all parts under ThreadSanitizer; SIM=1: simulated
#:   make asan              all parts under AddressSanitizer and UBSan
#:   make handin            build/raftlab-handin.tar.gz, to hand in; says what is in it
#:
#: and with these:
#:   T=rejoin               only the test of this name, or those whose names
#:                          contain it; T='a b' for several
#:   SUITE=2C               only this part: with soak, sim, race, asan, run
#:   TOPICS='votes log' SERVERS='0 2'   what VIEW=columns shows: of acts, votes,
#:                          entries, heartbeats, snapshots, saves, applies,
#:                          losses, log
#:   CSV=file JSON=file     the figures of all runs, a row a run: with soak, sim
#:   JOBS=8                 so many tests side by side
#:   RAFT=dir               the Raft in this folder; otherwise raft/
#:   LOG=1                  the debug log, on stderr
#:   LIMIT=30               seconds that one test may take; otherwise 120
#:   SEEDS=100 FIRST=501    so many seeds, from this one on: with sim
#:   POLICY=pct:3           how schedules are chosen: uniform, pct:3 (or another
#:                          depth), pos; with sim, replay, show, shrink, timing,
#:                          run, fig2, race, asan
#:   BOUND=1                all runs with at most one deviation from the calm one,
#:                          or two: with sim T=
#:   POINTS=memory          the Raft's accesses of memory are scheduling points,
#:                          too, so that data races do harm: with sim, replay,
#:                          show, shrink, hunt
#:   MODE=tsan, MODE=asan   make 2A and so on under a sanitizer
#:   MODE=debug             compiled for gdb, without optimisation
#:   CC=clang               another compiler
#:
#:   make setup             install what is missing
#:   make lab, make simlab  only build: build/MODE/raft-NAME/lab and .../simlab
#:   make clean             remove build/
