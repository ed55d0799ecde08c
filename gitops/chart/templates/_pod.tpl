{{/* The container's variables: the chart's own, then those of env, envFromSecret and envFromConfigMap. */}}
{{- define "service.env" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- with .Values.greeting.name }}
- name: GREETING_NAME
  value: {{ include "service.literal" . | quote }}
{{- end }}
{{- with .Values.greeting.message }}
- name: GREETING_MESSAGE
  value: {{ include "service.literal" . | quote }}
{{- end }}
{{- range $name, $text := .Values.env }}
{{- if or (hasKey $.Values.envFromSecret $name) (hasKey $.Values.envFromConfigMap $name) }}
{{- fail (printf "env.%s is in envFromSecret or envFromConfigMap, too: leave it in one of them" $name) }}
{{- end }}
- name: {{ $name }}
  value: {{ include "service.literal" $text | quote }}
{{- end }}
{{- range $name, $from := .Values.envFromSecret }}
{{- if hasKey $.Values.envFromConfigMap $name }}
{{- fail (printf "envFromSecret.%s is in envFromConfigMap, too: leave it in one of them" $name) }}
{{- end }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      {{- toYaml $from | nindent 6 }}
{{- end }}
{{- range $name, $from := .Values.envFromConfigMap }}
- name: {{ $name }}
  valueFrom:
    configMapKeyRef:
      {{- toYaml $from | nindent 6 }}
{{- end }}
{{- end }}

{{/* The checksum makes a changed config replace the pods, which would not read it again by themselves. */}}
{{- define "service.podAnnotations" -}}
{{- with .Values.image.commit }}
org.opencontainers.image.revision: {{ . | quote }}
{{- end }}
{{- with .Values.config }}
checksum/config: {{ toJson . | sha256sum }}
{{- end }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Where pods may run, and with whose log-in their image is fetched: as the values say it. */}}
{{- define "service.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $.Values $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
