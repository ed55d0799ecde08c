# Every command a person types. Each is a line or a script beside what it serves.
.DEFAULT_GOAL := help
SHELL := bash
ENV ?= staging
export REPO IMAGE ADOPT HOST PORT OPEN MANAGEMENT_PORT TIMEOUT KUBERNETES
# Maven's own libraries use what a JDK 25 warns of.
export MAVEN_OPTS := $(MAVEN_OPTS) --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED

help: ## this list
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

##@ The loop
up: ## the whole platform on minikube, the first deploy and promotion
	@local/up
deploy: ## this commit to staging: image, bump, sync, answer
	@local/deploy
promote: ## staging's image to production
	@local/promote
rollback: ## git revert of the newest bump (ENV=staging|production)
	@local/rollback "$(ENV)"
status: ## one screen: what is wanted, what runs, what is in the way
	@local/status
whats-running: ## from the host's answer back to the source commit (ENV=staging|production)
	@local/whats-running "$(ENV)"
sync: ## argocd app sync (ENV=staging|production)
	@local/argocd app sync "hello-$(ENV)" && local/argocd app wait "hello-$(ENV)" --timeout 180
doctor: ## what this machine and the cluster lack, and what to do about it
	@local/doctor
ui: ## Argo CD's web page, opened in the browser, until Ctrl-C (PORT=8443 OPEN=no)
	@local/ui
down: ## takes away what up made
	@local/down

##@ The service alone
install: ## the chart with plain Helm, no Argo CD (HOST=helm.hello.test)
	@local/install
build: ## the image, as service/target/jib-image.tar
	@service/image --tar "hello:$$(git rev-parse --short=12 HEAD)"
run: ## the service on this machine with no cluster: http://localhost:8080 (PORT=)
	@service/run

##@ Checks
test: ## everything that needs Maven and a JDK alone
	@home=$$(service/jdk) && JAVA_HOME="$$home" mvn -B -ntp -fae verify
e2e: ## the promises, on the cluster that up made
	@home=$$(service/jdk) && JAVA_HOME="$$home" mvn -B -ntp -pl tests -Pe2e verify
lint: ## workflows and shell scripts, with the linters that are here
	@.github/scripts/lint
bench: ## how fast the image starts and answers, beside others, in one run
	@service/bench/bench

##@ A cluster where there is no container engine (Debian, root)
lab-up: ## a minikube made of this machine's own kernel, then up in it (KUBERNETES=)
	@lab/lab up
lab-down: ## takes the lab away, but for the cache of what it built
	@lab/lab down

##@ For up: REPO= and IMAGE= name a repository and an image elsewhere, ADOPT= namespaces to take over

.PHONY: help up deploy promote rollback status whats-running sync doctor ui down install build run test e2e lint bench lab-up lab-down
