{{/* Head of a policy for one component. Arguments: root, component, suffix. */}}
{{- define "portr.networkPolicyHead" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "portr.metadata" (list (index . 0) (index . 1) (index . 2) dict) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "portr.selectorLabels" (list (index . 0) (index . 1)) | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end -}}

{{/* Who may read metrics: pods of this namespace, and who is named. Arguments: root, port. */}}
{{- define "portr.metricsRule" -}}
- from:
    - podSelector: {}
    {{- with (index . 0).Values.networkPolicy.monitoringFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ index . 1 }}
      protocol: TCP
{{- end -}}

{{/* Names are looked up everywhere: the DNS service's place differs from cluster to cluster. */}}
{{- define "portr.dnsRule" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/* The way to the database. Argument: root. */}}
{{- define "portr.databaseRule" -}}
{{- if eq .Values.postgresql.mode "bundled" -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "portr.selectorLabels" (list . "postgresql") | nindent 10 }}
  ports:
    - port: 5432
      protocol: TCP
{{- else if eq .Values.postgresql.mode "cnpg" -}}
- to:
    - podSelector:
        matchLabels:
          cnpg.io/cluster: {{ include "portr.fullname" . }}-db
  ports:
    - port: 5432
      protocol: TCP
{{- else -}}
- ports:
    - port: {{ .Values.postgresql.external.port }}
      protocol: TCP
{{- end }}
{{- end -}}

{{- define "portr.apiServerRule" -}}
- ports:
    {{- range .Values.networkPolicy.apiServerPorts }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- end -}}
