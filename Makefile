# A thin layer over the CMake presets: what a newcomer and .ci/run type. CONTRIBUTING.md says more.

SHELL := /bin/bash
.DELETE_ON_ERROR:

# What the library and the tour need; then what the tests need.
RUN_PACKAGES := g++ cmake ninja-build pkg-config libboost1.81-dev libssl-dev nlohmann-json3-dev
DOCS_PACKAGES := python3 doxygen
DEB_PACKAGES := $(RUN_PACKAGES) libcli11-dev dpkg-dev libuv1-dev libboost-fiber1.81-dev \
    prometheus-cpp-dev libc-ares-dev libsasl2-dev libedit-dev
PACKAGES := $(DEB_PACKAGES) ccache git libgtest-dev libgmock-dev libbenchmark-dev \
    clang-14 clang-format-14 clang-tidy-14 libzookeeper-mt-dev python3-kazoo zookeeper \
    libglib2.0-dev catch2 libspdlog-dev libsasl2-modules libsasl2-modules-gssapi-mit lintian \
    python3-yaml valgrind zsh fish man-db mandoc \
    $(DOCS_PACKAGES)
# For the tests of the page of `kazoo ui` (110 MB to download).
PACKAGES += chromium
ifeq ($(shell command -v java),)
PACKAGES += default-jre-headless
endif
# For the tests with Kerberos, which use a realm of their own. Without a database the services that
# come with the packages do not start.
PACKAGES += krb5-kdc krb5-admin-server krb5-user

SOURCES = $(shell find include src tests tools examples bench \
    \( -name '*.hpp' -o -name '*.cpp' \) -not -path 'tests/headers/*' 2>/dev/null)

# Tests want an Apache ZooKeeper that starts fast; beside the embedded server it may take its time.
APACHE_AT_ITS_BEST := -XX:TieredStopAtLevel=4 -Xmx1g

.PHONY: help deps test asan tsan clang compilers release run docs deb bench bench-micro sim chaos \
    interop fuzz mutation coverage screenshot format tidy clean

help:
	@echo "make test            build and run every test"
	@echo "make run             run the tour against an embedded server"
	@echo "make run HOSTS=h:p   run the tour against your server"
	@echo "make asan|tsan|clang run all tests under that sanitizer or compiler"
	@echo "make compilers       build the library with each supported compiler; one: ONLY='clang 19'"
	@echo "make release         check, build and tag a release; without the tag: DRY_RUN=1"
	@echo "make docs            build the documentation as a site, build/docs/index.html"
	@echo "make deb             build Debian packages in build/deb/packages"
	@echo "make bench           the benchmarks; one: make bench CASE=x; results: JSON=file"
	@echo "make bench-micro     the micro-benchmarks"
	@echo "make sim SEEDS=n     simulate n runs, or repeat one: make sim SEED=x TRACE=1"
	@echo "make chaos MINUTES=n test a real ensemble with faults for n minutes"
	@echo "make interop         run the test suites of other clients, and recipes together with them"
	@echo "make fuzz SECONDS=n  every fuzz target, n seconds in all"
	@echo "make mutation        plant defects and report which test notices each"
	@echo "make coverage        measure line coverage of the protocol core; at least 95 %"
	@echo "make format|tidy     clang-format 14 in place, clang-tidy 14"
	@echo "make deps|clean      install missing packages (Debian), remove build/"

deps:
	@scripts/install-missing $(PACKAGES)

# Configures and builds the preset named by the stem.
build-%: deps
	@cmake --preset $*
	@cmake --build --preset $*

# ctest's own summary is the last thing printed, its exit code the recipe's.
test: build-dev
	@ctest --preset dev

asan tsan clang: %: build-%
	@ctest --preset $*

# Builds the tour only. Without HOSTS it uses a server of its own, in the same process.
run:
	@scripts/install-missing $(RUN_PACKAGES)
	@cmake --preset run >/dev/null
	@cmake --build --preset run --target tour
	@build/run/tour $(HOSTS)

compilers:
	@scripts/install-missing $(RUN_PACKAGES) python3
	@scripts/compiler-matrix $(if $(ONLY),--only '$(ONLY)')

release:
	@scripts/install-missing $(RUN_PACKAGES) python3 git
	@scripts/release $(if $(DRY_RUN),--dry-run)

# Fails for a public entity without a comment and for a broken link.
docs:
	@scripts/install-missing $(DOCS_PACKAGES)
	@python3 -B docs/site/build.py build/docs

# The packages, and what they weigh.
deb:
	@scripts/install-missing $(DEB_PACKAGES)
	@cmake --preset deb >/dev/null
	@cmake --build --preset deb
	@rm -rf build/deb/packages
	@cd build/deb && cpack
	@scripts/sizes build/deb/packages/*.deb

# Without Java the cases that need Apache ZooKeeper are skipped. CASE is one of `bench --list`, or
# `server`, `tls` or `tree-cache`; JSON a file for the results of the former.
BENCH := build/release/bench
WITH_ZOOKEEPER := $(if $(shell command -v java),scripts/with-zookeeper)
OWN_PROGRAM := server tls tree-cache
bench: build-release
ifeq ($(filter $(OWN_PROGRAM),$(CASE)),)
	@$(WITH_ZOOKEEPER) $(BENCH)/bench $(if $(CASE),--case=$(CASE)) $(if $(JSON),--json=$(JSON))
endif
ifneq ($(filter server,$(or $(CASE),server)),)
	@_JAVA_OPTIONS='$(APACHE_AT_ITS_BEST)' scripts/with-zookeeper $(BENCH)/bench_server
endif
ifneq ($(filter tls,$(or $(CASE),tls)),)
	@_JAVA_OPTIONS='$(APACHE_AT_ITS_BEST)' $(BENCH)/bench_tls --rounds=3
endif
ifneq ($(filter tree-cache,$(or $(CASE),tree-cache)),)
	@scripts/with-zookeeper $(BENCH)/bench_tree_cache --rounds=3
endif

bench-micro: build-release
	@$(BENCH)/bench_micro

# The dev build has assertions; the release build no tests.
SEEDS ?= 10000
sim: deps
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev --target sim
	@build/dev/tests/sim/sim $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) --jobs $(shell nproc)) \
	    $(if $(TRACE),--trace) $(if $(RECIPE),--recipe $(RECIPE))

MINUTES ?= 5
chaos: deps
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev --target chaos
	@build/dev/tests/chaos/chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) \
	    || [ $$? -eq 77 ]  # exit code 77: no verdict; the reason is printed

# The suites of other people's clients, and recipes of this library together with theirs, with
# whatever of pip, go, cargo, npm and mvn there is. They come from the registries: no part of the
# ordinary tests. SUITES chooses; APACHE is a class path of Apache ZooKeeper, to run them on that
# instead.
interop: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target kazoo_tool
	@cmake --preset light >/dev/null
	@cmake --build --preset light --target interop_recipes
	@python3 -B tests/interop/suites/run.py --tool build/release/tools/kazoo/kazoo \
	    --recipes build/light/tests/interop/interop_recipes \
	    --work build/interop $(if $(APACHE),--apache '$(APACHE)') $(if $(SUITES),--only $(SUITES))

SECONDS ?= 90
fuzz: deps
	@cmake --preset fuzz
	@cmake --build --preset fuzz --target fuzzers
	@scripts/fuzz $(SECONDS)

# Unit tests and simulation together must cover the protocol core.
COVERED := src/session src/codec
coverage: deps
	@scripts/install-missing gcovr
	@cmake --preset coverage
	@cmake --build --preset coverage --target unit_codec unit_session sim sim_checks
	@find build/coverage -name '*.gcda' -delete
	@ctest --preset coverage -R '^(unit\.codec|unit\.session|sim)\.' -E sim.self_test
	@gcovr --root . $(COVERED:%=--filter %/) --exclude-throw-branches \
	    --print-summary --sort-uncovered --fail-under-line 95 build/coverage

screenshot: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target kazoo_tool
	@scripts/ui-screenshot build/release/tools/kazoo/kazoo

mutation: deps
	@python3 -B tests/mutation/check_mutations.py

format: deps
	@clang-format-14 -i $(SOURCES)

tidy: build-clang
	@run-clang-tidy-14 -quiet -p build/clang $(filter %.cpp,$(filter-out tests/%,$(SOURCES)))

clean:
	@rm -rf build
