# shellcheck shell=bash disable=SC2034 # notify uses the rest
# Whose Argo CD's notifications are, on and off. Sourced by notify, down and platform.sh.
NOTIFIER=deployment/argocd-notifications-controller
NOTIFY_CONFIG=configmap/argocd-notifications-cm
NOTIFY_COLUMN=NOTIFY:.metadata.annotations.platform/notify
# The install's own apply leaves alone what another manager's has.
NOTIFY_MANAGER=--field-manager=make-notify

# notified_service: the one whose commits get a status; nothing where they are off, `?` where
# somebody set up something else
notified_service() {
  local name other
  read -r name other <<<"$(columns argocd "$NOTIFY_CONFIG" "$NOTIFY_COLUMN,DATA:.data" || true)"
  if [ "${name:-<none>}" != '<none>' ]; then
    echo "$name"
  elif [ "${other:-<none>}" != '<none>' ]; then
    echo '?'
  fi
}

# keep_notifications: the release has just been installed with none
keep_notifications() {
  case $(notified_service) in
    '' | '?') ;;
    *) kubectl -n argocd scale "$NOTIFIER" --replicas=1 >/dev/null ;;
  esac
}

# forget_what_was_told: then all of it is told again
forget_what_was_told() {
  kubectl -n argocd annotate applications -l "$OWN_MARK,app.kubernetes.io/component=environment" \
    notified.notifications.argoproj.io- >/dev/null
}

# switch_notifications_off: token and settings go, as the release has none
switch_notifications_off() {
  local empty='{"metadata": {"annotations": {"platform/notify": null}}, "data": null}'
  kubectl -n argocd scale "$NOTIFIER" --replicas=0 >/dev/null
  kubectl -n argocd patch secret/argocd-notifications-secret --type=merge -p "$empty" >/dev/null
  kubectl -n argocd patch "$NOTIFY_CONFIG" --type=merge -p "$empty" >/dev/null
  kubectl -n argocd wait pods -l app.kubernetes.io/name="${NOTIFIER#*/}" --for=delete \
    --timeout=60s >/dev/null
  forget_what_was_told
}
