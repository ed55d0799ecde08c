# Every command a person types. Each is a line or a script beside what it serves.
.DEFAULT_GOAL := help
SHELL := bash
ENV ?= $(firstword $(shell gitops/order first HEAD))
APPLICATION := $(shell sed -n 's/^name: *//p' argocd/root/values.yaml)
export REPO IMAGE ADOPT TLS CONTEXT INGRESS_CLASS INGRESS_NAMESPACE ARGOCD HOST PORT OPEN
export KEEP MANAGEMENT_PORT TIMEOUT KUBERNETES FROM TO WHY AS API
# Maven's own libraries use what a JDK 25 warns of.
MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
export MAVEN_OPTS

help: ## this list
	@awk -F ':.*## ' \
	  '/^##@/ {print "\n" substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' \
	  Makefile

##@ The loop
up: ## the whole platform on minikube, the first deploy and promotion
	@local/up
deploy: ## this commit to the first environment: image, bump, sync, answer
	@local/deploy
promote: ## an environment's image to the next one (TO= and FROM=, where there are several)
	@local/promote
rollback: ## git revert of the newest bump (ENV=)
	@local/rollback "$(ENV)"
freeze: ## an environment stays at what main has now (ENV= WHY='…')
	@local/freeze "$(ENV)"
thaw: ## it follows main again (ENV=)
	@local/freeze --thaw "$(ENV)"
remove: ## deletes what the cluster has of an environment that main has no more (ENV=)
	@local/remove "$(ENV)"
preview: ## the branch that is checked out as an environment of its own
	@local/preview
preview-down: ## takes that away
	@local/preview --down
status: ## one screen: what is wanted, what runs, what is in the way
	@local/status
logs: ## what all pods log, through rollouts, until Ctrl-C (ENV=)
	@local/logs "$(ENV)"
whats-running: ## from the host's answer back to the source commit (ENV=)
	@local/whats-running "$(ENV)"
render: ## what Argo CD gives an environment, by Helm, to read or compare (ENV= IMAGE=)
	@gitops/render "$(ENV)"
sync: ## argocd app sync (ENV=)
	@local/argocd app sync "$(APPLICATION)-$(ENV)"
	@local/argocd app wait "$(APPLICATION)-$(ENV)" --timeout 180
doctor: ## what this machine and the cluster lack, and what to do about it
	@local/doctor
ui: ## Argo CD's web page, opened in the browser, until Ctrl-C (PORT=8443 OPEN=no)
	@local/ui
prune: ## images that no environment had lately leave the registry in the cluster (KEEP=10)
	@local/prune
login: ## a token for a private repository and image, by standard input (REPO= AS= <FILE)
	@local/login
notify: ## each environment's state as a status of its commit on GitHub (<FILE with a token)
	@local/notify
notify-off: ## takes that away
	@local/notify --off
down: ## takes away what up made
	@local/down

##@ The service alone
install: ## the chart with plain Helm, no Argo CD (HOST=)
	@local/install
build: ## the image, as service/target/jib-image.tar
	@service/image --tar "$(APPLICATION):$$(git rev-parse --short=12 HEAD)"
run: ## the service on this machine with no cluster: http://localhost:8080 (PORT=)
	@service/run
dev: ## the same, anew after each change of its source
	@service/dev

##@ Your own
rename: ## this repository under your name (NAME=orders PACKAGE=com.example.orders)
	@local/rename "$(NAME)" "$(PACKAGE)"

##@ Checks
test: ## everything that needs Maven and a JDK alone
	@home=$$(service/jdk) && JAVA_HOME="$$home" mvn -B -ntp -fae verify
e2e: ## the promises, on the cluster that up made (MINUTES= begins no class after that)
	@home=$$(service/jdk) && JAVA_HOME="$$home" mvn -B -ntp -pl tests -Pe2e verify \
	  $(if $(MINUTES),-Dcluster.minutes=$(MINUTES))
soak: ## an hour of random faults, on the cluster that up made (MINUTES= SEED=)
	@home=$$(service/jdk) && JAVA_HOME="$$home" mvn -B -ntp -pl tests -Pe2e verify \
	  -Dcluster.tests=nightly -Dtest=SoakIT \
	  $(if $(MINUTES),-Dsoak.minutes=$(MINUTES)) $(if $(SEED),-Dsoak.seed=$(SEED))
lint: ## workflows and shell scripts, with the linters that are here
	@.github/scripts/lint
bench: ## how fast the image starts, and is built (BASE=a commit to compare with)
	@service/bench/bench && $(if $(BASE),service/bench/builds "$(BASE)",:)

##@ A cluster where there is no container engine (Debian, root)
lab-up: ## a minikube made of this machine's own kernel, then up in it (KUBERNETES=)
	@lab/lab up
lab-down: ## takes the lab away, but for the cache of what it built
	@lab/lab down

##@ For up: REPO= IMAGE= elsewhere, ADOPT= namespaces, TLS=self-signed, CONTEXT= (README.md)

.PHONY: help up deploy promote rollback freeze thaw remove preview preview-down status logs
.PHONY: whats-running render sync doctor ui prune login notify notify-off down rename install build
.PHONY: run dev test e2e soak lint bench lab-up lab-down
