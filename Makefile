# Two commands matter to a newcomer: `make run` and `make test`.

SHELL := /bin/bash
SWIFT ?= swift
PYTHON ?= python3
RELEASE := .build/release

.DEFAULT_GOAL := help
.PHONY: help run test build protos conformance bench bench-transport bench-serving bench-engine bench-ensembles bench-peers bench-rest test-asan test-tsan fuzz format image packages venv corpus

help:
	@sed -n 's/^## //p' Makefile

## make run            build, serve the example models, send one Predict and show the answer
run: build
	@scripts/run-example.sh

## make test           every test: Swift suites, conformance, acceptance with clients nobody here wrote
test: packages
	@scripts/test.sh

## make build          release build, to .build/release
build: packages
	@scripts/build.sh

## make protos         regenerate the C code from protos/
protos: packages
	@scripts/generate-protos.sh

## make conformance    the ONNX backend test cases; the last line counts them
conformance: build venv
	@scripts/conformance.sh

## make bench          every benchmark, as ratios against peers measured in the same run
bench: bench-transport bench-serving bench-engine bench-ensembles bench-peers bench-rest

## make bench-transport   the gRPC port beside nghttpd and C++ gRPC
bench-transport: build
	@scripts/bench-transport.sh

## make bench-engine   the engine beside ONNX Runtime
bench-engine: build venv
	@scripts/bench-engine.sh

## make bench-ensembles   what a step of an ensemble costs, by chains of steps
bench-ensembles: build
	@$(RELEASE)/ensemblebench

## make bench-serving   the whole server over the wire beside nghttpd; neighbours, reloads, drains, overload and what metrics cost, each beside what it is held to
bench-serving: build venv
	@scripts/bench-serving.sh

## make bench-peers    the server beside Triton, C++ gRPC and Python servers; writes .build/peers/report.md
bench-peers: build venv
	@scripts/bench-peers.sh

## make bench-rest     REST beside KServe's Python server
bench-rest: build venv
	@scripts/bench-rest.sh

## make test-asan      Swift suites under the address sanitizer
test-asan: packages
	@scripts/test-sanitized.sh address

## make test-tsan      Swift suites under the thread sanitizer
test-tsan: packages
	@scripts/test-sanitized.sh thread

## make fuzz           each fuzz target for SECONDS (default 20)
fuzz: SECONDS ?= 20
fuzz: packages
	@scripts/build.sh --build-tests
	@scripts/fuzz.sh $(SECONDS)

## make format         rewrite the Swift sources in the project's format
format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests loadtest

## make image          the container image
image: build
	@scripts/image.sh $(IMAGE_OPTIONS)

packages:
	@scripts/packages.sh

venv: packages
	@scripts/venv.sh

corpus: venv
	@scripts/corpus.sh
