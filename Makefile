# SPDX-License-Identifier: MIT OR Apache-2.0
# build check lint pictures test test-full fresh demo bench fuzz vendor deb rpm install uninstall; see CONTRIBUTING.md.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
UDEVDIR ?= $(PREFIX)/lib/udev
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
BASHDIR ?= $(DATADIR)/bash-completion/completions
# Debian's zsh has a folder of another name below /usr.
ZSHDIR ?= $(DATADIR)/zsh/$(if $(wildcard $(DATADIR)/zsh/vendor-completions),vendor-completions,site-functions)
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d
CARGO ?= cargo

# TARGET= another machine's, such as aarch64-unknown-linux-gnu, is a cross build with the
# C compiler and the pkg-config that Debian has for that machine.
TARGET ?=
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
ifneq ($(TARGET),)
GNU := $(subst -unknown,,$(TARGET))
ifeq ($(origin CC),default)
CC := $(GNU)-gcc
endif
PKG_CONFIG ?= $(GNU)-pkg-config
CROSS := CARGO_TARGET_$(shell echo $(TARGET) | tr a-z- A-Z_)_LINKER=$(CC) PKG_CONFIG_$(subst -,_,$(TARGET))=$(PKG_CONFIG)
endif
PKG_CONFIG ?= pkg-config

# The udev helper is linked statically where a static C library is installed: a run then
# takes little more than half the time; see docs/libraries.md. STATIC= (empty) builds a
# dynamic helper. Both are position-independent: for other processors than x86-64 rustc
# links static programs for a fixed address, so there the helper is dynamic.
STATIC ?= $(if $(filter x86_64-%,$(or $(TARGET),$(HOST))),$(if $(findstring /,$(shell $(CC) -print-file-name=libc.a 2>/dev/null)),1))

# What rustc is told in each build. No binary holds the path of the sources, of a home or of
# the compiler, so that two builds in two places are equal byte for byte.
REMAP = --remap-path-prefix=$(CURDIR)=. \
	--remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo \
	--remap-path-prefix=$(shell rustc --print sysroot)=/rust
FLAGS = $(strip $(RUSTFLAGS) $(REMAP))

# The list of the packages that a binary is made of, for audits of installed binaries.
AUDITABLE ?= $(if $(shell command -v cargo-auditable),auditable)

UNITS := swdevctl-recover.service swdevctl-apply.service swdevctl-apply@.service \
	swdevctl-apply-late.service swdevctl-ready@.target
DATA := $(wildcard docs/*.schema.json) docs/watch.jq
COMPLETIONS := src/commands/completions

RELEASE := target/$(if $(TARGET),$(TARGET)/)release
HELPER_DIR = target/helper/$(or $(TARGET),$(HOST))/release

.PHONY: build requirements dependencies check lint test test-full fresh lab demo bench fuzz pictures install uninstall vendor deb rpm oldest-rust

# Two builds, so that the helper has neither clap nor libudev.
build: requirements
	@$(if $(AUDITABLE),,echo "note: cargo-auditable is not installed: the binaries hold no list of their packages")
	$(CROSS) RUSTFLAGS="$(FLAGS)" $(CARGO) $(AUDITABLE) build --locked --release $(TARGET:%=--target %) --bin swdevctl
	$(CROSS) RUSTFLAGS="$(FLAGS) $(if $(STATIC),-C target-feature=+crt-static)" $(CARGO) $(AUDITABLE) build --locked --release \
		--no-default-features --bin swdevctl-udev --target $(or $(TARGET),$(HOST)) --target-dir target/helper

# Checks for what cargo cannot fetch; `make dependencies` installs it.
requirements:
	@command -v $(CC) >/dev/null && $(PKG_CONFIG) --exists libudev || { \
		echo "error: the build needs a C compiler, pkg-config and libudev; install gcc, pkg-config and libudev-dev (Debian), or gcc, pkgconf and systemd-devel (Fedora)" >&2; exit 1; }

dependencies:
	@tests/lab/lab dependencies

check: requirements lint
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items --quiet
	$(CARGO) test --locked --quiet

# `make check` with the oldest Rust that Cargo.toml allows: by rustup, or else in a fresh
# Debian 13, whose Rust it is.
oldest-rust:
	tests/fresh/oldest-rust

# Draws the pictures of the documents anew.
pictures:
	SWDEVCTL_WRITE_PICTURES=1 $(CARGO) test --locked --quiet --test house -- pictures recording

# Shell scripts and manual pages, where the linters are installed.
lint:
	@tests/lint

# All tests; installs first what they need.
test: dependencies
	$(MAKE) check lab

# Scenarios on real kernels, each on the kernels between which its result can differ; and
# our attribute numbers against the headers of these kernels.
lab: build
	tests/lab/lab run
	$(CARGO) test --locked --quiet --test house headers

# Every scenario on every kernel, in its long form: hours.
test-full:
	@tests/lab/lab dependencies --full
	$(MAKE) check build fuzz
	tests/lab/lab run --full
	$(CARGO) test --locked --quiet --test house headers
	tests/fresh/run

# The packages, their linters, and installations in fresh Debian systems, as README.md says.
fresh: build
	tests/fresh/run

# Packages in target/packages. `vendor` fetches the crates and writes the archive from which
# the packages are built without a network; ARCH=arm64 is a cross build.
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
ARCHIVE := target/packages/swdevctl_$(VERSION).orig.tar.xz
vendor: $(ARCHIVE)
$(ARCHIVE): $(shell git ls-files 2>/dev/null)
	packaging/vendor $@
ARCH ?= $(shell dpkg --print-architecture)
DEB = target/packages/swdevctl_$(shell sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)_$(ARCH).deb
deb: $(ARCHIVE)
	[ $(DEB) -nt $(ARCHIVE) ] || packaging/deb $(ARCHIVE) $(ARCH)
rpm: $(ARCHIVE)
	packaging/rpm/build $(ARCHIVE)

demo: dependencies
	$(MAKE) build
	@tests/lab/lab demo

# The tables of docs/benchmarks.md: hours.
bench: build
	tests/lab/lab bench

# Each decoder and file format with damaged input, for a minute.
fuzz:
	fuzz/run

install:
	install -D -m 755 $(RELEASE)/swdevctl $(DESTDIR)$(BINDIR)/swdevctl
	install -D -m 755 $(HELPER_DIR)/swdevctl-udev $(DESTDIR)$(UDEVDIR)/swdevctl-udev
	install -d $(DESTDIR)$(UDEVDIR)/rules.d
	sed 's|/usr/lib/udev/|$(UDEVDIR)/|' udev-rules/76-swdevctl.rules >$(DESTDIR)$(UDEVDIR)/rules.d/76-swdevctl.rules
	install -m 644 udev-rules/77-swdevctl-apply.rules $(DESTDIR)$(UDEVDIR)/rules.d/77-swdevctl-apply.rules
	install -D -m 644 -t $(DESTDIR)$(UNITDIR)/swdevctl-.service.d systemd/swdevctl-.service.d/sandbox.conf
	for unit in $(UNITS); do sed 's|/usr/bin/swdevctl|$(BINDIR)/swdevctl|' systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit; done
	for section in 5 7 8; do install -D -m 644 -t $(DESTDIR)$(MANDIR)/man$$section man/*.$$section; done
	install -D -m 644 -t $(DESTDIR)$(DATADIR)/swdevctl $(DATA)
	install -D -m 644 -t $(DESTDIR)$(DATADIR)/swdevctl/naming-policy naming-policy/*.toml
	install -D -m 644 $(COMPLETIONS)/swdevctl.bash $(DESTDIR)$(BASHDIR)/swdevctl
	install -D -m 644 $(COMPLETIONS)/swdevctl.zsh $(DESTDIR)$(ZSHDIR)/_swdevctl
	install -D -m 644 $(COMPLETIONS)/swdevctl.fish $(DESTDIR)$(FISHDIR)/swdevctl.fish

# Removes what install has put there, and the links that `systemctl enable` has made.
uninstall:
	-systemctl $(DESTDIR:%=--root=%) disable $(filter-out %@.service %.target,$(UNITS))
	rm -f $(DESTDIR)$(BINDIR)/swdevctl $(DESTDIR)$(UDEVDIR)/swdevctl-udev \
		$(DESTDIR)$(UDEVDIR)/rules.d/76-swdevctl.rules \
		$(DESTDIR)$(UDEVDIR)/rules.d/77-swdevctl-apply.rules \
		$(UNITS:%=$(DESTDIR)$(UNITDIR)/%) \
		$(foreach section,5 7 8,$(patsubst man/%,$(DESTDIR)$(MANDIR)/man$(section)/%,$(wildcard man/*.$(section)))) \
		$(DESTDIR)$(BASHDIR)/swdevctl $(DESTDIR)$(ZSHDIR)/_swdevctl $(DESTDIR)$(FISHDIR)/swdevctl.fish
	rm -rf $(DESTDIR)$(DATADIR)/swdevctl $(DESTDIR)$(UNITDIR)/swdevctl-.service.d
