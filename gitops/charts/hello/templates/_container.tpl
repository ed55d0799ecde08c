{{/* The one container of a pod. */}}
{{- define "hello.container" -}}
image: {{ include "hello.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
ports:
  - name: http
    containerPort: 8080
  - name: management
    containerPort: 8081
env:
  - name: POD_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  {{- with .Values.greeting.name }}
  - name: HELLO_NAME
    value: {{ include "hello.literal" . | quote }}
  {{- end }}
  {{- with .Values.greeting.message }}
  - name: HELLO_MESSAGE
    value: {{ include "hello.literal" . | quote }}
  {{- end }}
# Asked each second, so that a pod serves as soon as it can; a minute to start, on a busy machine too.
startupProbe:
  httpGet: { path: /health/liveness, port: management }
  periodSeconds: 1
  timeoutSeconds: 1
  failureThreshold: 60
# Out of service after two wrong answers. The time-out forgives a busy processor.
readinessProbe:
  httpGet: { path: /health/readiness, port: management }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
# Restarted only when it is really stuck: a needless restart under load makes the load worse.
livenessProbe:
  httpGet: { path: /health/liveness, port: management }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.shutdown.preStopSleepSeconds }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- include "hello.containerSecurity" . | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end }}
