# SPDX-License-Identifier: MIT OR Apache-2.0
# build check lint pictures test test-full demo bench growth install uninstall; see CONTRIBUTING.md.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
UDEVDIR ?= $(PREFIX)/lib/udev
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
BASHDIR ?= $(DATADIR)/bash-completion/completions
CARGO ?= cargo
# The udev helper is linked statically and for a fixed address where a static C library
# is installed: a run then takes little more than half the time; see docs/libraries.md.
# STATIC= (empty) builds a dynamic, position-independent helper.
STATIC ?= $(if $(findstring /,$(shell $(CC) -print-file-name=libc.a 2>/dev/null)),1)

UNITS := swdevctl-recover.service swdevctl-apply.service swdevctl-apply@.service \
	swdevctl-apply-late.service swdevctl-ready@.target

RELEASE := target/release
# Two builds, so that the helper has neither clap nor libudev.
HELPER_BUILD := $(CARGO) build --locked --release --no-default-features --bin swdevctl-udev
ifneq ($(STATIC),)
TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
HELPER_DIR := target/helper/$(TARGET)/release
HELPER_BUILD := RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static" $(HELPER_BUILD) --target $(TARGET) --target-dir target/helper
else
HELPER_DIR := target/helper/release
HELPER_BUILD := $(HELPER_BUILD) --target-dir target/helper
endif

.PHONY: build requirements dependencies check lint test test-full lab demo bench growth pictures install uninstall

build: requirements
	$(CARGO) build --locked --release --bin swdevctl
	$(HELPER_BUILD)

# Checks for what cargo cannot fetch; `make dependencies` installs it.
requirements:
	@command -v $(CC) >/dev/null && pkg-config --exists libudev || { \
		echo "error: the build needs a C compiler, pkg-config and libudev; install gcc, pkg-config and libudev-dev (Debian), or gcc, pkgconf and systemd-devel (Fedora)" >&2; exit 1; }

dependencies:
	@tests/lab/lab dependencies

check: requirements lint
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items --quiet
	$(CARGO) test --locked --quiet

# Draws the pictures of the documents anew.
pictures:
	SWDEVCTL_WRITE_PICTURES=1 $(CARGO) test --locked --quiet --test house pictures

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
test-full: dependencies
	$(MAKE) check build
	tests/lab/lab run --full
	$(CARGO) test --locked --quiet --test house headers

demo: dependencies
	$(MAKE) build
	@tests/lab/lab demo

bench: build
	tests/lab/lab run --kernel 6.12 helper-cost --show

# The time of each command at 10, 100, 1,000 and 4,000 VFs, beside devlink and ip.
growth: build
	tests/lab/lab run --kernel 6.12 growth --show

install:
	install -D -m 755 $(RELEASE)/swdevctl $(DESTDIR)$(BINDIR)/swdevctl
	install -D -m 755 $(HELPER_DIR)/swdevctl-udev $(DESTDIR)$(UDEVDIR)/swdevctl-udev
	install -d $(DESTDIR)$(UDEVDIR)/rules.d
	sed 's|/usr/lib/udev/|$(UDEVDIR)/|' udev-rules/76-swdevctl.rules >$(DESTDIR)$(UDEVDIR)/rules.d/76-swdevctl.rules
	install -m 644 udev-rules/77-swdevctl-apply.rules $(DESTDIR)$(UDEVDIR)/rules.d/77-swdevctl-apply.rules
	install -D -m 644 -t $(DESTDIR)$(UNITDIR)/swdevctl-.service.d systemd/swdevctl-.service.d/sandbox.conf
	for unit in $(UNITS); do sed 's|/usr/bin/swdevctl|$(BINDIR)/swdevctl|' systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit; done
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man8 man/swdevctl.8 man/swdevctl-udev.8
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man5 man/swdevctl-naming.5 man/swdevctl.toml.5
	install -D -m 644 -t $(DESTDIR)$(DATADIR)/swdevctl docs/inventory-v1.schema.json docs/find-v1.schema.json docs/watch-v1.schema.json docs/watch.jq docs/swdevctl-toml-v1.schema.json
	install -D -m 644 -t $(DESTDIR)$(DATADIR)/swdevctl/naming-policy naming-policy/*.toml
	install -d $(DESTDIR)$(BASHDIR)
	$(RELEASE)/swdevctl completions bash >$(DESTDIR)$(BASHDIR)/swdevctl

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/swdevctl $(DESTDIR)$(UDEVDIR)/swdevctl-udev \
		$(DESTDIR)$(UDEVDIR)/rules.d/76-swdevctl.rules \
		$(DESTDIR)$(UDEVDIR)/rules.d/77-swdevctl-apply.rules \
		$(UNITS:%=$(DESTDIR)$(UNITDIR)/%) \
		$(DESTDIR)$(MANDIR)/man8/swdevctl.8 $(DESTDIR)$(MANDIR)/man8/swdevctl-udev.8 \
		$(DESTDIR)$(MANDIR)/man5/swdevctl-naming.5 $(DESTDIR)$(MANDIR)/man5/swdevctl.toml.5 \
		$(DESTDIR)$(BASHDIR)/swdevctl
	rm -rf $(DESTDIR)$(DATADIR)/swdevctl $(DESTDIR)$(UNITDIR)/swdevctl-.service.d
