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

{{- /* How an environment is synced: its namespace comes and stays with the labels that admission demands. */}}
{{- define "root.environmentSyncPolicy" -}}
managedNamespaceMetadata:
  labels:
    {{- include "root.namespaceLabels" . | nindent 4 }}
{{ include "root.syncPolicy" . }}
  - CreateNamespace=true
{{- end }}

{{- /* What every environment's chart is told; one can add its own below. */}}
{{- define "root.parameters" -}}
- name: image.repository
  value: {{ .Values.image | quote }}
{{- with .Values.ingressClass }}
- name: ingress.className
  value: {{ . | quote }}
- name: networkPolicy.ingressNamespace
  value: {{ $.Values.ingressNamespace | quote }}
{{- end }}
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

{{- /* What each Application is called in the page's filters: a list of the root's scope and of what it is. */}}
{{- define "root.labels" -}}
app.kubernetes.io/part-of: {{ (first .).Values.name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- /* Whether the ingress controller is ours to keep: nothing if not. */}}
{{- define "root.ingress" -}}
{{- if and .Values.platform (not .Values.ingressClass) }}yes{{ end }}
{{- end }}

{{- /* What the namespace of an environment keeps, see admission.yaml. */}}
{{- define "root.namespaceLabels" -}}
app.kubernetes.io/part-of: {{ .Values.name }}
pod-security.kubernetes.io/enforce: restricted
pod-security.kubernetes.io/warn: restricted
{{- end }}
