# shellcheck shell=bash disable=SC2154
# HTTPS by a local CA: `make up TLS=self-signed` puts a Secret and an Ingress beside the ingress
# controller, which git does not have: a certificate for the hosts, and a redirect from HTTP.
# `make up TLS=off` takes both away. The CA stays in this clone's git directory. It may sign for
# these hosts and what is below them only, so whoever gets its key gets no other name. Sourced where
# TLS is set or on.
RENEWAL=$((30 * 24 * 3600)) # seconds before a certificate's end

check_tls() {
  case $TLS in
    self-signed)
      need openssl
      [ -z "${INGRESS_CLASS:-}" ] ||
        die "TLS=self-signed is for the ingress controller that make up brings" "docs/https.md"
      ;;
    off) ;;
    *)
      die "TLS='$TLS' is unknown" "make up TLS=self-signed, or TLS=off
        for a certificate that you have: docs/https.md"
      ;;
  esac
}

switch_tls() {
  local hosts
  check_tls # by now it is known whose ingress controller it is
  if [ "$TLS" = off ]; then
    delete_tls
    say "HTTPS is off"
    return
  fi
  hosts=$(wanted_hosts) || die "the hosts could not be read (message above)" "make up again"
  [ -n "$hosts" ] || die "no environment has a host" "ingress.hosts in gitops/environments"
  ca=$(tls_folder)/ca
  # shellcheck disable=SC2086 # hosts are words
  if certificate_fits $hosts; then
    say "the certificate is good"
  else
    make_certificate $hosts
    put_certificate
  fi
  # shellcheck disable=SC2086
  redirect $hosts | kubectl apply --server-side --force-conflicts -f - >/dev/null
}

# The hosts of each environment, as they stand in the repository that Argo CD follows.
wanted_hosts() {
  local folder
  git archive cluster/main gitops | tar -x -C "$scratch"
  for folder in "$scratch"/gitops/environments/*/; do
    helm template "$NAME" "$scratch/gitops/chart" -f "$folder/values.yaml" \
      --set image.repository=none,image.tag=none |
      sed -n 's/^ *- host: *"\(.*\)"$/\1/p' || return 1
  done
}

# names HOST...: what the certificate is for: the hosts, and what comes and goes below them
names() { printf '%s\n' "$@" | sed -e p -e '/^\*/d' -e 's/^/*./' | sort -u; }

# names_in: a certificate's on standard input
names_in() {
  openssl x509 -noout -text | tr ',' '\n' | sed -n 's/^ *DNS://p'
}

# certificate_fits HOST...: the one that is there is of this clone's CA and for these hosts
certificate_fits() {
  tls_field tls.crt >"$scratch/tls.crt"
  is_signed_for_long || return 1
  [ "$(names_in <"$scratch/tls.crt")" = "$(names "$@")" ]
}

is_signed_for_long() {
  openssl verify -CAfile "$ca.crt" "$scratch/tls.crt" >/dev/null 2>&1 || return 1
  is_good_for_long <"$ca.crt" || return 1
  is_good_for_long <"$scratch/tls.crt"
}

is_good_for_long() { openssl x509 -noout -checkend "$RENEWAL" >/dev/null 2>&1; }

# make_certificate HOST...: leaves tls.crt and tls.key in $scratch
make_certificate() {
  [ -e "$ca.key" ] || make_ca "$@"
  sign "$@"
  if ! is_signed_for_long; then # its end is near, or a host is not for it to sign for
    make_ca "$@"
    sign "$@"
  fi
  is_signed_for_long || die "openssl made no certificate" "openssl version: is it 1.1.1 or newer?"
  say "a certificate for $*, until $(end_in <"$scratch/tls.crt")"
}

# make_ca HOST...
make_ca() {
  say "making a local CA, $ca.crt; it has to be trusted once"
  mkdir -p "${ca%/*}"
  make_key "$ca.key"
  settings "$NAME local CA, $(hostname)" \
    "basicConstraints = critical, CA:TRUE" \
    "keyUsage = critical, keyCertSign, cRLSign" \
    "subjectKeyIdentifier = hash" \
    "nameConstraints = critical$(printf ', permitted;DNS:%s' "${@#\*.}")"
  openssl req -x509 -new -sha256 -days 3650 -key "$ca.key" -config "$scratch/openssl.cnf" \
    -extensions extensions -out "$ca.crt"
}

# sign HOST...: for a year, as some systems take no certificate that lasts much longer
sign() {
  make_key "$scratch/tls.key"
  settings "$NAME" \
    "basicConstraints = critical, CA:FALSE" \
    "keyUsage = critical, digitalSignature" \
    "extendedKeyUsage = serverAuth" \
    "authorityKeyIdentifier = keyid" \
    "subjectAltName = $(names "$@" | sed 's/^/DNS:/' | paste -s -d , -)"
  openssl req -new -key "$scratch/tls.key" -config "$scratch/openssl.cnf" -out "$scratch/tls.csr"
  openssl x509 -req -sha256 -days 365 -in "$scratch/tls.csr" -out "$scratch/tls.crt" \
    -CA "$ca.crt" -CAkey "$ca.key" -set_serial "0x$(openssl rand -hex 16)" \
    -extfile "$scratch/openssl.cnf" -extensions extensions 2>/dev/null || rm -f "$scratch/tls.crt"
}

# make_key FILE: which its owner alone can read
make_key() {
  rm -f "$1"
  (
    umask 077
    openssl ecparam -name prime256v1 -genkey -noout -out "$1"
  )
}

# settings NAME EXTENSION...: for openssl, whatever this machine's own are
settings() {
  cat >"$scratch/openssl.cnf" <<CONF
[req]
prompt = no
distinguished_name = name
[name]
CN = $1
[extensions]
$(printf '%s\n' "${@:2}")
CONF
}

put_certificate() {
  kubectl -n traefik create secret generic "$TLS_OBJECT" --type=kubernetes.io/tls \
    --from-file="tls.crt=$scratch/tls.crt" --from-file="tls.key=$scratch/tls.key" \
    --from-file="ca.crt=$ca.crt" --dry-run=client -o yaml |
    kubectl apply --server-side --force-conflicts -f - >/dev/null
}

# redirect HOST...: of these alone, in front of their own Ingress. It names the Secret, too, which
# makes Traefik serve the certificate. No request gets to the backend.
redirect() {
  local host
  cat <<YAML
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: $TLS_OBJECT
  namespace: traefik
  annotations:
    traefik.ingress.kubernetes.io/router.entrypoints: web
    traefik.ingress.kubernetes.io/router.middlewares: https@file
    traefik.ingress.kubernetes.io/router.priority: "1000000"
spec:
  ingressClassName: traefik
  tls: [{secretName: $TLS_OBJECT}]
  rules:
YAML
  for host in "$@"; do
    cat <<YAML
    - host: "$host"
      http:
        paths: [{path: /, pathType: Prefix, backend: {service: {name: traefik, port: {name: web}}}}]
YAML
  done
}

# end_in: a certificate's on standard input
end_in() { openssl x509 -noout -enddate | sed 's/.*=//'; }

tell_how_to_trust() {
  [ "$TLS" = self-signed ] || return 0
  echo "  For a browser                 $(trust_command "$ca.crt")"
}

# trust_command FILE
trust_command() {
  local file copy=$NAME-local-ca.crt
  file=$(printf %q "$1")
  if [ "$(uname)" = Darwin ]; then
    echo "sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain $file"
  elif type -P update-ca-trust >/dev/null; then
    echo "sudo cp $file /etc/pki/ca-trust/source/anchors/$copy && sudo update-ca-trust"
  else
    echo "sudo cp $file /usr/local/share/ca-certificates/$copy && sudo update-ca-certificates"
  fi
}

# The doctor's line: what the hosts' certificate lacks.
check_certificate() {
  local certificate end host uncovered=''
  certificate=$(tls_field tls.crt)
  end=$(end_in <<<"$certificate")
  for host in $(hosts_of_environments); do
    is_covered "$host" "$(names_in <<<"$certificate")" || uncovered="$uncovered $host"
  done
  if [ -n "$uncovered" ]; then
    no certificate "it is not for$uncovered" "make up TLS=self-signed"
  elif ! is_good_for_long <<<"$certificate"; then
    no certificate "it is good until $end" "make up TLS=self-signed"
  else
    ok certificate "for $(names_in <<<"$certificate" | paste -s -d ' ' -), until $end"
  fi
}

# is_covered HOST NAMES: by its own name, or by that for everything beside it
is_covered() {
  grep -xF -e "$1" -e "*.${1#*.}" <<<"$2" >/dev/null
}
