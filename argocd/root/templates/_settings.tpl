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

{{- /* The repository's page on GitHub, whichever of its addresses Argo CD was given; nothing when it is elsewhere. */}}
{{- define "root.github" -}}
{{- $https := "https://github\\.com" }}
{{- $ssh := "ssh://git@(github\\.com(:22)?|ssh\\.github\\.com:443)" }}
{{- $github := printf "^(%s/|%s/|git@github\\.com:/?)" $https $ssh }}
{{- if regexMatch $github .Values.repoURL }}
{{- regexReplaceAll $github .Values.repoURL "https://github.com/" | trimSuffix "/" | trimSuffix ".git" }}
{{- end }}
{{- end }}

{{- /* What each Application is called in the page's filters. */}}
{{- define "root.labels" -}}
app.kubernetes.io/part-of: hello
app.kubernetes.io/component: {{ . }}
{{- end }}
