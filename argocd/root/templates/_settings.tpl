{{- /* The way every Application here is synced. Server-side, so that fields which others own are not fought over. */}}
{{- define "root.syncPolicy" -}}
automated:
  enabled: true
  prune: true
  selfHeal: true
syncOptions:
  - ServerSideApply=true
  - ApplyOutOfSyncOnly=true
# A failed sync of one commit is tried again, with the newest commit if there is one by then.
retry:
  limit: 10
  refresh: true
  backoff:
    duration: 2s
    factor: 2
    maxDuration: 1m
{{- end }}
