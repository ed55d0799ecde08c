{{/* Labels that never change: they select pods, and a Deployment's selector cannot be edited. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. No chart or image version: each release would touch every object. */}}
{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The tag as a label, which allows less: 63 characters, with a letter or digit at both ends. */}}
{{- define "service.version" -}}
{{- regexReplaceAll "^[^A-Za-z0-9]+|[^A-Za-z0-9]+$" (trunc 63 .Values.image.tag) "" -}}
{{- end }}

{{/* Text for a container, in which Kubernetes would take $(NAME) for a variable and $$ for a dollar sign. */}}
{{- define "service.literal" -}}
{{- . | replace "$" "$$" -}}
{{- end }}

{{/* repository:tag@digest; the digest may be left out. */}}
{{- define "service.image" -}}
{{- $image := .Values.image -}}
{{- if not $image.repository -}}
{{- fail "image.repository is empty: name the image, for example --set image.repository=registry.example/team/service" -}}
{{- end -}}
{{- if not $image.tag -}}
{{- fail "image.tag is empty: there is no image yet, or the environment's image.yaml was not given" -}}
{{- end -}}
{{ $image.repository }}:{{ $image.tag }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Where it answers: its first host, or the Service where no Ingress leads to it. */}}
{{- define "service.address" -}}
{{- if and .Values.ingress.enabled .Values.ingress.hosts -}}
http{{ if .Values.ingress.tls.secretName }}s{{ end }}://{{ first .Values.ingress.hosts }}/
{{- else -}}
http://{{ .Release.Name }}.{{ .Release.Namespace }}/
{{- end }}
{{- end }}

{{/* The minimum of replicas, with autoscaling or without. */}}
{{- define "service.minReplicas" -}}
{{- ternary .Values.autoscaling.minReplicas .Values.replicaCount .Values.autoscaling.enabled -}}
{{- end }}

{{/* For pods and containers: all that Pod Security "restricted" asks for, and a read-only root file system. */}}
{{- define "service.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "service.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
