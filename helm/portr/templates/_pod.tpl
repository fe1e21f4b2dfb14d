{{/* What every pod has. Arguments: root, component, values of the component, user id, extra pod security (a dictionary). */}}
{{- define "portr.podSpec" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
{{- $user := index . 3 -}}
enableServiceLinks: false
{{- with $root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
  {{- with index . 4 }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $values.affinity }}
affinity:
  {{- toYaml $values.affinity | nindent 2 }}
{{- else if ne (default "none" $values.antiAffinity) "none" }}
affinity:
  podAntiAffinity:
    {{- if eq $values.antiAffinity "required" }}
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "portr.selectorLabels" (list $root $component) | nindent 12 }}
    {{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "portr.selectorLabels" (list $root $component) | nindent 14 }}
    {{- end }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{- if not .labelSelector }}
    labelSelector:
      matchLabels:
        {{- include "portr.selectorLabels" (list $root $component) | nindent 8 }}
    {{- end }}
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Security of every container: Pod Security Standard "restricted". */}}
{{- define "portr.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/*
Labels of pods, without versions: a new chart alone must not restart a pod, and with it cut tunnels. Arguments: root, component,
values of the component.
*/}}
{{- define "portr.podLabels" -}}
{{ include "portr.selectorLabels" (list (index . 0) (index . 1)) }}
app.kubernetes.io/part-of: portr-gateway
{{- with mergeOverwrite (dict) (index . 0).Values.commonLabels (index . 2).podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Annotations of a server's pods. Arguments: root, component, values of the component, port and path of its metrics. */}}
{{- define "portr.podAnnotations" -}}
{{- $root := index . 0 -}}
checksum/config: {{ (include (print $root.Template.BasePath "/" (index . 1) "/configmap.yaml") $root | fromYaml).data | toJson | sha256sum }}
{{- if $root.Values.metrics.podAnnotations }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ index . 3 | quote }}
prometheus.io/path: {{ index . 4 }}
{{- end }}
{{- with mergeOverwrite (dict) $root.Values.commonAnnotations (index . 2).podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Startup, readiness and liveness of a server. Arguments: readiness path, liveness path. */}}
{{- define "portr.probes" -}}
startupProbe:
  httpGet:
    path: {{ index . 1 }}
    port: ops
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 90
readinessProbe:
  httpGet:
    path: {{ index . 0 }}
    port: ops
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  httpGet:
    path: {{ index . 1 }}
    port: ops
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}
