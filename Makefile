# Everything a contributor or a CI machine runs. `make` alone prints this list.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_LINT_VERSION := v2.15.0

# Tools are run at these versions and are no part of go.mod.
GOLANGCI_LINT := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

# Knobs: make fuzz FUZZTIME=1h, make bench BENCH=Compare, make test PKG=./schema/...
PKG ?= ./...
FUZZTIME ?= 20s
BENCH ?= ^BenchmarkGoal
SOAK ?= 100
TEST_TIMEOUT ?= 15m

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the accord binary into this folder
	go build -o accord ./cmd/accord

.PHONY: test
test: ## run every test that can run here and list the skipped ones with their reasons
	@.ci/test -timeout $(TEST_TIMEOUT) $(PKG)

.PHONY: race
race: ## run the tests under the race detector
	@.ci/test -race -timeout $(TEST_TIMEOUT) $(PKG)

.PHONY: lint
lint: ## check the code against .golangci.yml (the first run builds the linter)
	$(GOLANGCI_LINT) run $(PKG)

.PHONY: fmt
fmt: ## format the code and sort its imports
	$(GOLANGCI_LINT) fmt $(PKG)

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (20s)
	@for pkg in $$(go list $(PKG)); do \
		for target in $$(go test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true); do \
			echo "== $$target in $$pkg for $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) "$$pkg"; \
		done; \
	done

.PHONY: bench
bench: ## measure what has a goal and print one table (BENCH=regexp picks others, BENCH=. all)
	@.ci/bench -bench '$(BENCH)' -timeout 60m $(PKG)

.PHONY: soak
soak: ## kill writers, replicas and databases SOAK (100) times and look for every write they acknowledged
	ACCORD_SOAK=$(SOAK) .ci/test -run '^Test(Kill|Crash|Replicas|PostgresRestarts)$$' -count 1 -timeout 4h ./cmd/accord ./registry/sqlitelog

.PHONY: update
update: ## rewrite golden files from what the code does now; read the diff before you commit it
	@files=$$(grep -rl --include='*_test.go' 'flag.Bool("update"' . || true); \
	for dir in $$(for file in $$files; do dirname "$$file"; done | sort -u); do \
		go test "$$dir" -update; \
	done

.PHONY: clean-check
clean-check: ## fail if the working tree differs from what is committed (after update and fmt)
	@git diff --stat --exit-code || { echo "the tree is not clean: commit or undo the changes above" >&2; exit 1; }
	@test -z "$$(git status --porcelain)" || { git status --short; echo "the files above are not committed" >&2; exit 1; }
