# Pixel Detective. `make help` lists what can be done.
# Each target installs what it lacks, says so in one line a step, and does nothing the second time.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TAGS := sqlite_fts5
BIN := build/bin
TOOLS := $(CURDIR)/build/tools
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -X pixeldetective/backend/model/worker.stamp=$(VERSION)
WINDOW_TAGS := desktop,production,webkit2_41,$(TAGS)
GO_FILES := $(shell find backend -name '*.go' -o -name '*.sql' -o -name '*.c' -o -name '*.h' 2>/dev/null) go.mod go.sum
PAGE_FILES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -path frontend/e2e -prune -o -type f -print 2>/dev/null)

# A package's version is the newest tag's, else that of the first release to come.
PACKAGE_VERSION := $(patsubst v%,%,$(shell git describe --tags --abbrev=0 2>/dev/null || echo 0.1.0))

# Outside of the sources: what watches those ends when a file of a library goes while it looks.
DEV_LIBRARY := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pixel-detective-dev

# The window is drawn by GTK and WebKitGTK; it is tested on a screen in memory.
DESKTOP_PACKAGES := libgtk-3-dev libwebkit2gtk-4.1-dev
SCREEN_PACKAGES := xvfb xauth imagemagick x11-utils xdotool dbus-x11 libgl1-mesa-dri libegl1 libgles2 fonts-dejavu-core chromium

WAILS := v2.16.0
NFPM := v2.45.0
GOLANGCI_LINT := v2.15.0
PROTOC_GEN_GO := v1.36.12
PROTOC_GEN_GO_GRPC := v1.6.2

RUNTIME := build/runtime/libonnxruntime.so.1
VOCABULARIES := build/vocabularies

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: build ## open the window on the sample photos; without a display, ask four questions about them
	@build/scripts/run-sample.sh

.PHONY: build
build: console ## build the three executables into build/bin
	@if build/scripts/install-packages.sh $(DESKTOP_PACKAGES); then $(MAKE) --no-print-directory window; \
	else echo "The window was not built: it needs $(DESKTOP_PACKAGES). The command line is in $(BIN)."; fi

.PHONY: console
console: $(BIN)/pixel-detective $(BIN)/pixel-detective-worker

$(BIN)/pixel-detective $(BIN)/pixel-detective-worker &: $(GO_FILES) | packages runtime
	@echo "building pixel-detective and pixel-detective-worker"
	@mkdir -p $(BIN)
	@go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN)/ ./backend/cmd/pixel-detective ./backend/cmd/pixel-detective-worker
	@touch $(BIN)/pixel-detective $(BIN)/pixel-detective-worker

.PHONY: window
window: $(BIN)/pixel-detective-window ; @:

$(BIN)/pixel-detective-window: frontend/dist/index.html $(wildcard *.go) $(GO_FILES)
	@echo "building pixel-detective-window"
	@mkdir -p $(BIN)
	@go build -tags $(WINDOW_TAGS) -ldflags '-s -w $(LDFLAGS)' -o $@ .

frontend/dist/index.html: $(PAGE_FILES) frontend/node_modules/.package-lock.json
	@echo "building the page"
	@build/scripts/quietly.sh npm --prefix frontend run --silent build
	@touch $@

.PHONY: dev
dev: build dev-tools ## open the window from the sources: what is edited shows at once
	@PATH="$(TOOLS):$$PATH" PIXEL_DETECTIVE_LIBRARY=$(DEV_LIBRARY) wails dev -m -viteservertimeout 120

.PHONY: test
test: packages test-packages runtime vocabularies lint-tools build ## run every test and linter; ends with the counts
	@python3 build/scripts/test.py

.PHONY: lint
lint: packages runtime lint-tools frontend/node_modules/.package-lock.json ## check formatting, layers and common mistakes
	@go vet -tags $(TAGS) ./...
	@$(TOOLS)/golangci-lint run
	@npm --prefix frontend run --silent check
	@npm --prefix frontend run --silent lint

.PHONY: generate
generate: generate-tools ## write generated code anew
	@PATH="$(TOOLS):$$PATH" go generate -tags $(TAGS) ./...
	@build/scripts/generate-bindings.sh

.PHONY: bench
bench: build ## measure every budget of the design on this machine
	@build/scripts/bench.sh

.PHONY: package
package: build package-tools ## build the Debian package and the Windows installer into build/out, and check them
	@build/package/deb/build.sh $(PACKAGE_VERSION)
	@build/package/windows/build.sh $(PACKAGE_VERSION) '$(LDFLAGS)'
	@build/package/windows/check.sh build/out/pixel-detective-$(PACKAGE_VERSION)-windows-amd64.exe
	@build/package/deb/check.sh build/out/pixel-detective_$(PACKAGE_VERSION)_$$(dpkg --print-architecture).deb

.PHONY: clean
clean: ## remove what was built; models, photos and libraries stay
	@rm -rf $(BIN) build/demo build/bench/out build/out
	@echo "removed $(BIN), build/demo, build/bench/out and build/out"

# What the targets need.

.PHONY: packages
packages:
	@build/scripts/install-packages.sh build-essential pkg-config libvips-dev

.PHONY: test-packages
test-packages:
	@build/scripts/install-packages.sh strace $(SCREEN_PACKAGES)

.PHONY: runtime
runtime:
	@build/scripts/fetch-runtime.sh $(RUNTIME)

.PHONY: vocabularies
vocabularies:
	@build/scripts/fetch-vocabularies.sh $(VOCABULARIES)

.PHONY: lint-tools
lint-tools:
	@build/scripts/install-go-tool.sh $(TOOLS) golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	@build/scripts/install-page-packages.sh

.PHONY: dev-tools
dev-tools:
	@build/scripts/install-go-tool.sh $(TOOLS) wails github.com/wailsapp/wails/v2/cmd/wails@$(WAILS)

.PHONY: generate-tools
generate-tools:
	@build/scripts/install-packages.sh protobuf-compiler
	@build/scripts/install-go-tool.sh $(TOOLS) protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go@$(PROTOC_GEN_GO)
	@build/scripts/install-go-tool.sh $(TOOLS) protoc-gen-go-grpc google.golang.org/grpc/cmd/protoc-gen-go-grpc@$(PROTOC_GEN_GO_GRPC)

.PHONY: package-tools
package-tools:
	@build/scripts/install-packages.sh librsvg2-bin gettext-base dpkg-dev imagemagick debootstrap mingw-w64 nsis p7zip-full
	@build/scripts/install-go-tool.sh $(TOOLS) nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM)
