{{/* Name of the chart in labels. */}}
{{- define "portr.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Prefix of all object names. 40 characters, so that every suffix still fits. */}}
{{- define "portr.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "portr.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Labels that selectors use. Arguments: root, component. */}}
{{- define "portr.selectorLabels" -}}
app.kubernetes.io/name: {{ include "portr.name" (index . 0) }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* All labels. Arguments: root, component. */}}
{{- define "portr.labels" -}}
{{- $root := index . 0 -}}
{{ include "portr.selectorLabels" . }}
app.kubernetes.io/part-of: portr-gateway
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Body of "metadata". Arguments: root, component, suffix of the name, annotations (a dictionary). */}}
{{- define "portr.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "portr.fullname" $root }}{{ with index . 2 }}-{{ . }}{{ end }}
namespace: {{ $root.Release.Namespace }}
{{ include "portr.metadataLabels" . }}
{{- end -}}

{{/* The same without namespace, for objects of the whole cluster. */}}
{{- define "portr.clusterMetadata" -}}
{{- $root := index . 0 -}}
name: {{ $root.Release.Namespace }}-{{ include "portr.fullname" $root }}{{ with index . 2 }}-{{ . }}{{ end }}
{{ include "portr.metadataLabels" . }}
{{- end -}}

{{- define "portr.metadataLabels" -}}
{{- $root := index . 0 -}}
labels:
  {{- include "portr.labels" (list $root (index . 1)) | nindent 2 }}
{{- with mergeOverwrite (dict) $root.Values.commonAnnotations (index . 3) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Reference of an image. Arguments: root, image. */}}
{{- define "portr.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := default $root.Values.global.imageRegistry $image.registry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default $root.Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{/* Name of a component's account. Arguments: root, component. */}}
{{- define "portr.serviceAccountName" -}}
{{- $root := index . 0 -}}
{{- $account := (index $root.Values (index . 1)).serviceAccount -}}
{{- if $account.name -}}
{{- $account.name -}}
{{- else if $account.create -}}
{{- include "portr.fullname" $root }}-{{ index . 1 -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "portr.adminHost" -}}
{{- default (printf "admin.%s" .Values.global.domain) .Values.config.adminHost -}}
{{- end -}}

{{- define "portr.sshHost" -}}
{{- default (printf "ssh.%s" .Values.global.domain) .Values.config.sshHost -}}
{{- end -}}

{{/* "true" when members reach everything by https. */}}
{{- define "portr.isHttps" -}}
{{- if and (ne .Values.tls.mode "none") (not .Values.config.plainHttp) }}true{{ end -}}
{{- end -}}

{{/* Secret of the wildcard certificate. */}}
{{- define "portr.tlsSecret" -}}
{{- if eq .Values.tls.mode "existingSecret" -}}
{{- .Values.tls.existingSecret -}}
{{- else -}}
{{- include "portr.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* Where SSH, and with it the dynamic TCP ports, are: the Service that tunnel-server may change. */}}
{{- define "portr.tunnelService" -}}
{{- include "portr.fullname" . }}-tunnel
{{- end -}}

{{/* Name of the Secret that holds the encryption key or the host key. Arguments: root, values, suffix. */}}
{{- define "portr.secretName" -}}
{{- default (printf "%s-%s" (include "portr.fullname" (index . 0)) (index . 2)) (index . 1).existingSecret -}}
{{- end -}}

{{/* Name of a database log-in's Secret. Arguments: root, log-in. */}}
{{- define "portr.databaseSecret" -}}
{{- include "portr.secretName" (list (index . 0) (index (index . 0).Values.postgresql.auth (index . 1)) (printf "db-%s" (index . 1))) -}}
{{- end -}}

{{/* Issuer of the certificate. One for the whole cluster must not have the name of another release's. */}}
{{- define "portr.issuerName" -}}
{{- if .Values.tls.issuer.name -}}
{{- .Values.tls.issuer.name -}}
{{- else if eq .Values.tls.issuer.kind "ClusterIssuer" -}}
{{- .Release.Namespace }}-{{ include "portr.fullname" . -}}
{{- else -}}
{{- include "portr.fullname" . -}}
{{- end -}}
{{- end -}}
