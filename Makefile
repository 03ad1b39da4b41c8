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
GO_FILES := $(shell find backend -name '*.go' -o -name '*.sql' -o -name '*.c' -o -name '*.h' 2>/dev/null) go.mod go.sum

GOLANGCI_LINT := v2.15.0
PROTOC_GEN_GO := v1.36.12
PROTOC_GEN_GO_GRPC := v1.6.2

RUNTIME := build/runtime/libonnxruntime.so.1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: build ## index the sample photos and answer four questions about them
	@build/scripts/run-sample.sh

.PHONY: build
build: $(BIN)/pixel-detective $(BIN)/pixel-detective-worker ## build the executables into build/bin

$(BIN)/pixel-detective $(BIN)/pixel-detective-worker &: $(GO_FILES) | packages runtime
	@echo "building pixel-detective and pixel-detective-worker"
	@mkdir -p $(BIN)
	@go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN)/ ./backend/cmd/pixel-detective ./backend/cmd/pixel-detective-worker
	@touch $(BIN)/pixel-detective $(BIN)/pixel-detective-worker

.PHONY: test
test: packages test-packages runtime lint-tools build ## run every test and linter; ends with the counts
	@python3 build/scripts/test.py

.PHONY: lint
lint: packages runtime lint-tools ## check formatting, layers and common mistakes
	@go vet -tags $(TAGS) ./...
	@$(TOOLS)/golangci-lint run

.PHONY: generate
generate: generate-tools ## write generated code anew
	@PATH="$(TOOLS):$$PATH" go generate -tags $(TAGS) ./...

.PHONY: bench
bench: build ## measure every budget of the design on this machine
	@build/scripts/bench.sh

.PHONY: clean
clean: ## remove what was built; models, photos and libraries stay
	@rm -rf $(BIN) build/demo build/bench/out
	@echo "removed $(BIN), build/demo and build/bench/out"

# What the targets need.

.PHONY: packages
packages:
	@build/scripts/install-packages.sh build-essential pkg-config libvips-dev

.PHONY: test-packages
test-packages:
	@build/scripts/install-packages.sh strace

.PHONY: runtime
runtime:
	@build/scripts/fetch-runtime.sh $(RUNTIME)

.PHONY: lint-tools
lint-tools:
	@build/scripts/install-go-tool.sh $(TOOLS) golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)

.PHONY: generate-tools
generate-tools:
	@build/scripts/install-packages.sh protobuf-compiler
	@build/scripts/install-go-tool.sh $(TOOLS) protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go@$(PROTOC_GEN_GO)
	@build/scripts/install-go-tool.sh $(TOOLS) protoc-gen-go-grpc google.golang.org/grpc/cmd/protoc-gen-go-grpc@$(PROTOC_GEN_GO_GRPC)
