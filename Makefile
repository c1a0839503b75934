# Everything that is built lands in $(BUILD), mirrored per folder; the source tree stays as it is.
#
#   make           the grader, the reference programs, the translations
#   make test      every test there is, as the CI runs it; the last line counts them
#   make bench     the measurements (BENCH=NAME...: some of them)
#   make soak      every fixture graded RUNS=50 times, half of them on a busy machine: always the same result? (SAMPLE=N, MATCH=PATTERN)
#   make sanitize  the unit tests, built with the address and undefined-behaviour sanitizers
#   make analyze   cppcheck, clang-tidy, gcc -fanalyzer
#   make lint      shellcheck and the rules of harness/README.md
#   make vocabulary  harness/VOCABULARY.md anew, from the tables of steps, conditions and checks
#   make clean     forgets all of it
#
# V=1 shows the commands. BUILD=DIR builds elsewhere (no spaces: make knows no quotes).

BUILD ?= .build
SANITIZE ?=
CC = gcc
Q = $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-8s %s\n' $(1) $(2))

# --- flags ------------------------------------------------------------------------------------------------------------

LIBRARIES = libseccomp libfyaml jansson libdw
TEST_LIBRARIES = cunit
# pkg-config runs when a recipe first needs it: not while there is nothing to do, and not before it is installed.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(LIBRARIES) $(TEST_LIBRARIES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(LIBRARIES)))$(PKG_LIBS)
PKG_TEST_LIBS = $(eval PKG_TEST_LIBS := $$(shell pkg-config --libs $(TEST_LIBRARIES)))$(PKG_TEST_LIBS)

# What every tool that reads the sources must know, whoever it is.
LANGUAGE_FLAGS = -std=gnu17 -D_GNU_SOURCE -Iharness
WARNINGS = -Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wundef -Wvla -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Werror
ifeq ($(SANITIZE),)
MODE = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LINK_MODE = -pie -Wl,-z,relro,-z,now
else
# The sanitizers' own checks mislead the warnings that follow the flow of values; the plain build has them all.
MODE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE \
	-Wno-null-dereference -Wno-maybe-uninitialized -Wno-format-truncation -Wno-format-overflow
LINK_MODE = -pie -fsanitize=address,undefined
endif
CFLAGS = $(LANGUAGE_FLAGS) $(WARNINGS) $(MODE) $(PKG_CFLAGS)
# The course's flags, to the letter: the reference programs are built as the students' are.
COURSE_CC = cc
COURSE_FLAGS = -std=gnu17 -Wall -Wextra -g -O0 -fno-omit-frame-pointer -pthread

# --- what there is ----------------------------------------------------------------------------------------------------

FLOORS = ground data watching conversation judgement outside
SOURCES := $(wildcard $(FLOORS:%=harness/%/*.c))
TEST_SOURCES := $(wildcard harness/tests/*.c)
BENCH_SOURCES := $(wildcard harness/bench/*.c)
HEADERS := $(wildcard harness/*/*.h)

objects = $(patsubst harness/%.c,$(BUILD)/objects/%.o,$(1))
OBJECTS := $(call objects,$(SOURCES))
LIBRARY_OBJECTS := $(filter-out $(BUILD)/objects/outside/main.o,$(OBJECTS))
TEST_OBJECTS := $(call objects,$(TEST_SOURCES))
BENCH_OBJECTS := $(call objects,$(BENCH_SOURCES))
# Each of these is a program; the others are what they share.
BENCHES := $(BUILD)/bench/bench $(BUILD)/bench/soak
BENCH_SHARED := $(filter-out $(BENCHES:$(BUILD)/%=$(BUILD)/objects/%.o),$(BENCH_OBJECTS))
REFERENCES := $(patsubst reference/%.c,$(BUILD)/reference/%,$(wildcard reference/*.c))
CATALOGUES := $(patsubst harness/po/%.po,$(BUILD)/locale/%/LC_MESSAGES/grade.mo,$(wildcard harness/po/*.po))

.PHONY: all unit test bench soak sanitize sanitized analyze lint vocabulary clean FORCE
.DELETE_ON_ERROR:
.SECONDARY: $(BENCH_OBJECTS)
.SUFFIXES:

all: $(BUILD)/grade $(REFERENCES) $(CATALOGUES)

# --- rules ------------------------------------------------------------------------------------------------------------
# Each file is made under another name and moved: an interrupted build leaves nothing that looks finished.

$(BUILD)/objects/%.o: harness/%.c Makefile
	$(call say,CC,$*.c)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -MT $@ -MF $@.d.tmp -c -o $@.tmp $<
	$(Q)mv $@.d.tmp $(@:.o=.d) && mv $@.tmp $@

# The list of objects that a program was linked from: it changes when a source is removed, which dates alone don't show.
define listed
ifneq ($$(strip $$(file <$(1).objects)),$$(strip $(2)))
$(1).objects: FORCE
endif
$(1).objects:
	$$(Q)mkdir -p $$(@D)
	$$(Q)printf '%s\n' '$$(strip $(2))' >$$@
endef
$(eval $(call listed,$(BUILD)/grade,$(OBJECTS)))
$(eval $(call listed,$(BUILD)/tests,$(LIBRARY_OBJECTS) $(TEST_OBJECTS)))

$(BUILD)/grade: $(OBJECTS) $(BUILD)/grade.objects
	$(call say,LINK,$@)
	$(Q)$(CC) $(MODE) $(LINK_MODE) -o $@.tmp $(OBJECTS) $(PKG_LIBS)
	$(Q)mv $@.tmp $@

$(BUILD)/tests: $(LIBRARY_OBJECTS) $(TEST_OBJECTS) $(BUILD)/tests.objects
	$(call say,LINK,$@)
	$(Q)$(CC) $(MODE) $(LINK_MODE) -o $@.tmp $(LIBRARY_OBJECTS) $(TEST_OBJECTS) $(PKG_LIBS) $(PKG_TEST_LIBS)
	$(Q)mv $@.tmp $@

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/objects/bench/%.o $(BENCH_SHARED) $(LIBRARY_OBJECTS)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MODE) $(LINK_MODE) -o $@.tmp $^ $(PKG_LIBS)
	$(Q)mv $@.tmp $@

$(BUILD)/bench/client_tcp: fixtures/endings/client_tcp.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COURSE_CC) $(COURSE_FLAGS) -o $@.tmp $<
	$(Q)mv $@.tmp $@

$(BUILD)/reference/%: reference/%.c $(wildcard reference/*.h) Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COURSE_CC) $(COURSE_FLAGS) -o $@.tmp $<
	$(Q)mv $@.tmp $@

$(BUILD)/locale/%/LC_MESSAGES/grade.mo: harness/po/%.po
	$(call say,MSGFMT,$<)
	$(Q)mkdir -p $(@D)
	$(Q)msgfmt -c -o $@.tmp $<
	$(Q)mv $@.tmp $@

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(BENCH_OBJECTS:.o=.d)

# --- tests ------------------------------------------------------------------------------------------------------------

unit: $(BUILD)/tests $(REFERENCES) $(CATALOGUES)
	$(Q)$(BUILD)/tests

test:
	$(Q)harness/install-packages build test
	$(Q)BUILD=$(BUILD) harness/tests/run.sh

bench: all $(BENCHES) $(BUILD)/bench/client_tcp
	$(Q)$(BUILD)/bench/bench --root "$(CURDIR)" --build $(abspath $(BUILD)) $(BENCH)

RUNS = 50
SAMPLE = 0
MATCH = *
soak: all $(BENCHES)
	$(Q)$(BUILD)/bench/soak --root "$(CURDIR)" --build $(abspath $(BUILD)) --runs $(RUNS) --sample $(SAMPLE) --match "$(MATCH)"

sanitize:
	$(Q)+$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitize SANITIZE=1 sanitized

sanitized: export ASAN_OPTIONS = detect_stack_use_after_return=1:strict_string_checks=1
sanitized: export UBSAN_OPTIONS = print_stacktrace=1
sanitized: unit

# --- readers of the sources -------------------------------------------------------------------------------------------
# One mark per source and tool, behind its object: only what changed (a header counts) is read again, on all cores.

ANALYZED := $(patsubst $(BUILD)/objects/%.o,$(BUILD)/analyze/%.gcc,$(OBJECTS))
TIDIED := $(patsubst $(BUILD)/objects/%.o,$(BUILD)/analyze/%.tidy,$(OBJECTS))

# gcc 12 loses track of what loops fill in, and of arrays that are NULL as long as they are empty.
ANALYZER = -fanalyzer -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-null-dereference -Wno-analyzer-null-argument
# clang's analyzer guesses wrongly what functions of other files give back when it follows several at a time (ipa).
TIDY = -Wcovered-switch-default -Xclang -analyzer-config -Xclang ipa=none

analyze: $(ANALYZED) $(TIDIED) $(BUILD)/analyze/cppcheck

$(BUILD)/analyze/%.gcc: harness/%.c $(BUILD)/objects/%.o
	$(call say,ANALYZE,$*.c)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LANGUAGE_FLAGS) $(PKG_CFLAGS) $(ANALYZER) -Werror -c -o /dev/null $<
	$(Q)touch $@

$(BUILD)/analyze/%.tidy: harness/%.c $(BUILD)/objects/%.o .clang-tidy
	$(call say,TIDY,$*.c)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- $(LANGUAGE_FLAGS) $(PKG_CFLAGS) $(TIDY) 2>$@.log || { cat $@.log; exit 1; }
	$(Q)touch $@

# cppcheck does not know of the cleanup attribute (AUTO_FREE, …): leaks are the address sanitizer's.
CPPCHECK_SUPPRESS = --suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak

$(BUILD)/analyze/cppcheck: $(SOURCES) $(HEADERS) Makefile
	$(call say,CPPCHECK,harness)
	$(Q)mkdir -p $@.d
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -D_GNU_SOURCE -D__$$(uname -m)__ -Iharness -j $$(nproc) \
		--cppcheck-build-dir=$@.d --enable=warning,portability,performance \
		$(CPPCHECK_SUPPRESS) $(SOURCES)
	$(Q)touch $@

lint: $(BUILD)/grade
	$(Q)harness/lint/lint.sh $(BUILD)

# Written whole or not at all.
vocabulary: $(BUILD)/grade
	$(Q)$(BUILD)/grade list --vocabulary >$(BUILD)/VOCABULARY.md
	$(Q)mv $(BUILD)/VOCABULARY.md harness/VOCABULARY.md

clean:
	$(Q)rm -rf $(BUILD)
