{{- /* How every Application here is synced; the options come last, so that one can add its own below. */}}
{{- define "root.syncPolicy" -}}
automated:
  enabled: true
  prune: true
  selfHeal: true
# A failed sync of one commit is tried again, with the newest commit if there is one by then.
retry:
  limit: 10
  refresh: true
  backoff:
    duration: 2s
    factor: 2
    maxDuration: 1m
syncOptions:
  - ApplyOutOfSyncOnly=true
  # So that fields which others own are not fought over.
  - ServerSideApply=true
{{- end }}
