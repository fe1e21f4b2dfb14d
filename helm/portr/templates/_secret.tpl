{{/*
A Secret made once: what is in the cluster stays, the rest is made. Arguments: root, component, suffix, type, data as made
(a dictionary), external secret's remote properties come from the same keys.
*/}}
{{- define "portr.keptSecret" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "portr.fullname" $root) (index . 2) -}}
{{- $made := index . 4 -}}
{{- if $root.Values.externalSecrets.enabled }}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  {{- include "portr.metadata" (list $root (index . 1) (index . 2) dict) | nindent 2 }}
spec:
  refreshInterval: {{ $root.Values.externalSecrets.refreshInterval }}
  secretStoreRef:
    name: {{ $root.Values.externalSecrets.secretStoreRef.name }}
    kind: {{ $root.Values.externalSecrets.secretStoreRef.kind }}
  target:
    name: {{ $name }}
    creationPolicy: Owner
    template:
      type: {{ index . 3 }}
  data:
    {{- range $key := keys $made | sortAlpha }}
    - secretKey: {{ $key }}
      remoteRef:
        key: {{ $root.Values.externalSecrets.keyPrefix }}/{{ index $ 2 }}
        property: {{ $key }}
    {{- end }}
{{- else }}
{{- $there := lookup "v1" "Secret" $root.Release.Namespace $name }}
apiVersion: v1
kind: Secret
metadata:
  {{- include "portr.metadata" (list $root (index . 1) (index . 2) (dict "helm.sh/resource-policy" "keep")) | nindent 2 }}
type: {{ index . 3 }}
data:
  {{- range $key := keys $made | sortAlpha }}
  {{ $key }}: {{ dig "data" $key (index $made $key | b64enc) $there }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Log-in of the database. Arguments: root, log-in. */}}
{{- define "portr.databaseLogin" -}}
{{- $root := index . 0 -}}
{{- $auth := index $root.Values.postgresql.auth (index . 1) -}}
{{- include "portr.keptSecret" (list $root "postgresql" (printf "db-%s" (index . 1)) "kubernetes.io/basic-auth" (dict "username" $auth.username "password" (randAlphaNum 32))) -}}
{{- end -}}
